package org.treegrpo.job.cli;

import java.io.PrintStream;
import org.treegrpo.job.settings.Secrets;

/** Prints texts without the secrets in them. */
final class MaskedStream extends PrintStream {

  private final PrintStream target;

  MaskedStream(PrintStream target) {
    super(target, true);
    this.target = target;
  }

  /** Every text that is printed comes through here; the target knows its encoding. */
  @Override
  public void print(String text) {
    target.print(Secrets.ofThisProcess().mask(text));
  }
}
