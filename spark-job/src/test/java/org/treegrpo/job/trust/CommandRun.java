package org.treegrpo.job.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.treegrpo.job.cli.ExitCodes;

/**
 * What a user sees of one command.
 *
 * @param changed files and directories that are new, gone or other than before
 */
record CommandRun(int exitCode, String out, String err, Set<String> changed) {

  /** Refused before anything was written, by one message that has all of the parts. */
  void assertRefused(String... parts) {
    assertThat(exitCode).as("exit code; the message was: %s", err).isEqualTo(ExitCodes.BAD_INPUT);
    assertOneMessage(parts);
    assertThat(changed).as("nothing is written").isEmpty();
  }

  /** Failed on the way, by one message that has all of the parts. */
  void assertFailed(String... parts) {
    assertThat(exitCode).as("exit code; the message was: %s", err).isEqualTo(ExitCodes.FAILED);
    assertOneMessage(parts);
  }

  void assertDone() {
    assertThat(exitCode).as("exit code; the message was: %s", err).isEqualTo(ExitCodes.DONE);
  }

  private void assertOneMessage(String... parts) {
    assertThat(err).as("one message").startsWith("treegrpo: ").containsOnlyOnce("treegrpo: ");
    assertThat(err)
        .as("what is wrong, and no trace or class name")
        .contains(parts)
        .doesNotContain("\tat ", "Exception", ": null", "treegrpo-inputs");
  }
}
