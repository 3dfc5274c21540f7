import { Icon } from "../icons/Icon";

/** Before the first prompt: what this is for, in two lines. */
export function EmptyState() {
  return (
    <div className="empty">
      <Icon name="shield" />
      <h2>Ask Claude</h2>
      <p>
        You see what it does here as it happens, and you are asked before it
        does what needs your permission.
      </p>
    </div>
  );
}
