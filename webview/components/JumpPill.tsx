import { Icon } from "../icons/Icon";

export function JumpPill({
  newCount,
  onJump,
}: {
  newCount: number;
  onJump: () => void;
}) {
  return (
    <button type="button" className="jump" data-testid="jump" onClick={onJump}>
      <Icon name="arrowDown" />
      {newCount > 0 ? `${newCount.toLocaleString()} new` : "Jump to latest"}
    </button>
  );
}
