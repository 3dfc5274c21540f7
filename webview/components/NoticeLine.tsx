import type { TranscriptItem } from "../../src/protocol/conversation";
import { Icon } from "../icons/Icon";

export function NoticeLine({
  notice,
}: {
  notice: Extract<TranscriptItem, { kind: "notice" }>;
}) {
  return (
    <div className={`notice notice-${notice.tone}`} data-testid="notice">
      <Icon name={notice.tone} />
      <span>{notice.text}</span>
    </div>
  );
}
