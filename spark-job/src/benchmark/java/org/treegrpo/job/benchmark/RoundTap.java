package org.treegrpo.job.benchmark;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Calls back on the driver's thread at the end of every round and evaluation, when the run prints
 * its line.
 */
final class RoundTap extends OutputStream {

  /** Receives the lines. */
  @FunctionalInterface
  interface Listener {
    void printed(String line);
  }

  private final Listener listener;
  private final StringBuilder line = new StringBuilder();

  private RoundTap(Listener listener) {
    this.listener = listener;
  }

  static PrintStream of(Listener listener) {
    return new PrintStream(new RoundTap(listener), true, StandardCharsets.UTF_8);
  }

  @Override
  public void write(int b) {
    if (b == '\n') {
      listener.printed(line.toString());
      line.setLength(0);
    } else {
      line.append((char) b);
    }
  }
}
