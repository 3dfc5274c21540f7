import { Icon } from "../icons/Icon";

interface ComposerButtonsProps {
  isSendable: boolean;
  isBusy: boolean;
  isStopping: boolean;
  onSend: () => void;
  onStop: () => void;
}

export function ComposerButtons({
  isSendable,
  isBusy,
  isStopping,
  onSend,
  onStop,
}: ComposerButtonsProps) {
  const sendWords = isBusy ? "Send: waits its turn (Enter)" : "Send (Enter)";
  return (
    <>
      {isBusy && (
        <button
          type="button"
          className="icon-button stop"
          data-testid="stop"
          aria-label={isStopping ? "Stopping" : "Stop"}
          title={isStopping ? "Stopping…" : "Stop"}
          disabled={isStopping}
          onClick={onStop}
        >
          <Icon name="stop" />
        </button>
      )}
      <button
        type="button"
        className="icon-button send"
        data-testid="send"
        aria-label={sendWords}
        title={sendWords}
        disabled={!isSendable}
        onClick={onSend}
      >
        <Icon name="send" />
      </button>
    </>
  );
}
