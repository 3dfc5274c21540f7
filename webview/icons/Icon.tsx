import { type IconName, iconPaths } from "./iconPaths";

/** Decorative: what it says is said in words beside it, or by the button's label. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className={`icon icon-${name}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={iconPaths[name]} />
    </svg>
  );
}
