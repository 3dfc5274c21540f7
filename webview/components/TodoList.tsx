import { memo } from "react";
import type { Todo } from "../../src/protocol/conversation";
import { Icon } from "../icons/Icon";
import { Folded } from "./Folded";

/** What the agent has to do: one list, which changes as the agent goes on. */
export const TodoList = memo(function TodoList({ todos }: { todos: Todo[] }) {
  const done = todos.filter(({ status }) => status === "completed").length;
  const current = todos.find(({ status }) => status === "in_progress");
  if (todos.length === done) {
    return null;
  }
  return (
    <section className="todos" data-testid="todos" aria-label="To do">
      <Folded
        className="todos-fold"
        foldKey="todos"
        line={
          <>
            <span className="todos-count">{`${done} of ${todos.length} done`}</span>
            <span className="todos-current">
              {current && (current.activeForm ?? current.subject)}
            </span>
          </>
        }
      >
        <ul>
          {todos.map((todo) => (
            <li key={todo.id} className={`todo-${todo.status}`}>
              <Icon name={icons[todo.status]} />
              <span className="only-heard">{words[todo.status]}: </span>
              {todo.subject}
            </li>
          ))}
        </ul>
      </Folded>
    </section>
  );
});

const icons = {
  pending: "circle",
  in_progress: "spinner",
  completed: "check",
} as const;

const words: Record<Todo["status"], string> = {
  pending: "To do",
  in_progress: "In progress",
  completed: "Done",
};
