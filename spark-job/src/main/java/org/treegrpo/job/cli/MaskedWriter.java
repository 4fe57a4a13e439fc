package org.treegrpo.job.cli;

import java.io.PrintWriter;
import org.treegrpo.job.settings.Secrets;

/** Prints texts without the secrets in them. */
final class MaskedWriter extends PrintWriter {

  MaskedWriter(PrintWriter target) {
    super(target, true);
  }

  /** Every text that is printed comes through here. */
  @Override
  public void write(String text) {
    super.write(Secrets.ofThisProcess().mask(text));
  }
}
