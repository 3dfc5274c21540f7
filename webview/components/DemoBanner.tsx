import { Icon } from "../icons/Icon";

export function DemoBanner() {
  return (
    <div className="demo-banner" data-testid="demo-banner" role="note">
      <Icon name="beaker" />
      <span>
        <strong>Demo:</strong> a scripted model answers here, not a real one.
        Nothing leaves this machine.
      </span>
    </div>
  );
}
