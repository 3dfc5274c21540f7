import { useChat } from "../chat";

export function SignInHint() {
  const chat = useChat();
  return (
    <p className="signin-hint" data-testid="signin-hint">
      Not signed in: nothing is recorded.{" "}
      <button
        type="button"
        className="link-button"
        onClick={() => chat.act("signIn")}
      >
        Sign In
      </button>
    </p>
  );
}
