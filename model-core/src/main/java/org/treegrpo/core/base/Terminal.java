package org.treegrpo.core.base;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Whether somebody watches. */
public final class Terminal {

  private Terminal() {}

  /**
   * Whether standard output is a terminal that knows escape codes and redraws a line; no where that
   * cannot be told. {@code System.console} also asks for standard input, and since JDK 22 is there
   * without any terminal.
   */
  public static boolean isStandardOutput() {
    return is(Path.of("/proc/self/fd/1"), System.getenv());
  }

  static boolean is(Path descriptor, Map<String, String> environment) {
    if (environment.getOrDefault("TERM", "dumb").equals("dumb")) {
      return false;
    }
    try {
      Path output = Files.readSymbolicLink(descriptor);
      return output.startsWith("/dev/pts") || output.startsWith("/dev/console");
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }
}
