/** What the status says while this window has no relay to speak of; sentences for people. */
export const problems = {
  stopped: "The relay is stopped. What agents do is still queued.",
  gaveUp:
    "The relay ended five times within a minute and is not started again. What agents do is still queued.",
  restarting: "The relay ended and is being started again.",
  stranger:
    "Another program answers in the relay's place and was told nothing. What agents do is still queued.",
  tooNew:
    "Another version of Failproof delivers for this user. Reload this window to go along.",
  tooOld: "An older version of Failproof is handing the delivery over.",
};
