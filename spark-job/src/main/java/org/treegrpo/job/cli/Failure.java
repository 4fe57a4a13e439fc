package org.treegrpo.job.cli;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import org.treegrpo.core.policy.PolicyDirectoryException;
import org.treegrpo.core.prompt.PromptException;
import org.treegrpo.job.settings.SettingsException;
import org.treegrpo.job.train.InvalidInputException;
import org.treegrpo.job.train.TrainingException;
import org.treegrpo.reward.RewardException;

/**
 * How an exception is told to the user.
 *
 * @param exitCode {@link ExitCodes#BAD_INPUT} where the user's input is wrong, else {@link
 *     ExitCodes#FAILED}
 * @param expected the message says it all; otherwise the stack trace is shown as well
 */
record Failure(Exception cause, int exitCode, boolean expected) {

  static Failure of(Exception cause) {
    if (cause instanceof SettingsException
        || cause instanceof PolicyDirectoryException
        || cause instanceof PromptException
        || cause instanceof InvalidInputException) {
      return new Failure(cause, ExitCodes.BAD_INPUT, true);
    }
    boolean expected =
        cause instanceof IOException
            || cause instanceof RewardException
            || cause instanceof TrainingException;
    return new Failure(cause, ExitCodes.FAILED, expected);
  }

  void print(PrintWriter err) {
    if (expected) {
      err.println("treegrpo: " + message());
    } else {
      err.println("treegrpo: unexpected failure, please report it with this trace");
      cause.printStackTrace(err);
    }
    err.flush();
  }

  private String message() {
    String message = cause.getMessage();
    if (message == null || message.isBlank()) {
      return cause.getClass().getSimpleName();
    }
    boolean bareFileName =
        cause instanceof NoSuchFileException || cause instanceof FileNotFoundException;
    return bareFileName && !message.contains(" ") ? "no such file: " + message : message;
  }
}
