import { Icon } from "../icons/Icon";

export function JumpPill({ onJump }: { onJump: () => void }) {
  return (
    <button type="button" className="jump" data-testid="jump" onClick={onJump}>
      <Icon name="arrowDown" />
      Jump to latest
    </button>
  );
}
