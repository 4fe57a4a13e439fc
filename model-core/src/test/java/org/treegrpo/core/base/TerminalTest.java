package org.treegrpo.core.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TerminalTest {

  private static final Map<String, String> XTERM = Map.of("TERM", "xterm");

  @TempDir Path directory;

  @Test
  void onlyATerminalThatRedrawsIsOne() throws IOException {
    Path terminal = Files.createSymbolicLink(directory.resolve("1"), Path.of("/dev/pts/3"));
    Path file = Files.createSymbolicLink(directory.resolve("2"), directory.resolve("log.txt"));

    assertThat(Terminal.is(terminal, XTERM)).as("a terminal").isTrue();
    assertThat(Terminal.is(terminal, Map.of("TERM", "dumb"))).as("cannot redraw").isFalse();
    assertThat(Terminal.is(terminal, Map.of())).as("no terminal is named").isFalse();
    assertThat(Terminal.is(file, XTERM)).as("a file").isFalse();
    assertThat(Terminal.is(directory.resolve("3"), XTERM)).as("nothing known").isFalse();
  }
}
