import { Component, type ReactNode } from "react";

/** A fault in one item costs that item's looks, not the conversation. */
export class RenderGuard extends Component<
  { text: string; children: ReactNode },
  { hasFailed: boolean }
> {
  override state = { hasFailed: false };

  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override render() {
    return this.state.hasFailed ? (
      <p className="plain">{this.props.text}</p>
    ) : (
      this.props.children
    );
  }
}
