package org.treegrpo.job.cli;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.treegrpo.core.base.Printable;
import org.treegrpo.core.base.UserError;
import org.treegrpo.job.train.RootFailure;

/**
 * How an exception is told to the user: by the message of what it is about, on the driver or in a
 * task, and by nothing else. The stack trace goes to the log, at the level debug.
 *
 * @param thrown as it arrived
 * @param exitCode {@link ExitCodes#BAD_INPUT} where the user's input was found wrong before a run,
 *     else {@link ExitCodes#FAILED}
 * @param expected the message says it all; otherwise the stack trace is shown as well
 */
record Failure(Exception thrown, int exitCode, boolean expected) {

  /** A message may have several values and paths, which are cut each by itself. */
  private static final int LONGEST_LINE = 6000;

  private static final Logger LOG = LoggerFactory.getLogger(Failure.class);

  static Failure of(Exception thrown) {
    boolean badInput = thrown instanceof UserError error && error.badInput();
    return new Failure(
        thrown,
        badInput ? ExitCodes.BAD_INPUT : ExitCodes.FAILED,
        isExpected(RootFailure.of(thrown)));
  }

  void print(PrintWriter err) {
    if (expected) {
      err.println("treegrpo: " + printable(message()));
      LOG.debug("where this was thrown", thrown);
    } else {
      err.println("treegrpo: unexpected failure, please report it with this trace");
      thrown.printStackTrace(err);
    }
    err.flush();
  }

  private static boolean isExpected(Throwable root) {
    return root instanceof UserError || root instanceof IOException || RootFailure.isSparks(root);
  }

  /** Whatever a file or a network brought into the message, the terminal only shows it. */
  private static String printable(String message) {
    return message
        .lines()
        .map(line -> Printable.excerpt(line, LONGEST_LINE))
        .collect(Collectors.joining(System.lineSeparator()));
  }

  private String message() {
    Throwable root = RootFailure.of(thrown);
    String message = RootFailure.message(thrown);
    boolean bareFileName =
        root instanceof NoSuchFileException || root instanceof FileNotFoundException;
    return bareFileName && !message.contains(" ") ? "no such file: " + message : message;
  }
}
