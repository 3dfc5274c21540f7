/** Opens the transcript further back. */
export function EarlierButton({
  count,
  onShow,
}: {
  count: number;
  onShow: () => void;
}) {
  return (
    <button type="button" className="link-button earlier" onClick={onShow}>
      Show earlier ({count.toLocaleString("en-US")})
    </button>
  );
}
