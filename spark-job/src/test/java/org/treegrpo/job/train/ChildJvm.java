package org.treegrpo.job.train;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A JVM of its own with the class path and the opened packages of this one. Signals that end a
 * process end it, also where this one runs in the background and ignores them.
 */
public final class ChildJvm {

  private static final String WITH_SIGNALS =
      """
      reset=--default-signal=HUP,INT,TERM
      if env $reset true 2>/dev/null; then exec env $reset "$@"; else exec "$@"; fi
      """;

  private ChildJvm() {}

  /**
   * Starts a program.
   *
   * @param output receives standard output and error, after what it has
   * @param launcher a program that starts it, such as {@code nohup}; empty for none
   * @param jvmOptions such as {@code -Xmx512m}
   */
  static Process start(
      Path output,
      List<String> launcher,
      List<String> jvmOptions,
      Class<?> main,
      List<String> arguments)
      throws IOException {
    return start(
        output, launcher, jvmOptions, System.getProperty("java.class.path"), main, arguments);
  }

  /** The same with another class path. */
  public static Process start(
      Path output,
      List<String> launcher,
      List<String> jvmOptions,
      String classPath,
      Class<?> main,
      List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of("sh", "-c", WITH_SIGNALS, "sh"));
    command.addAll(launcher);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> option.startsWith("--add-opens"))
        .forEach(command::add);
    command.addAll(List.of("-XX:+UseSerialGC", "-Dai.djl.offline=true"));
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", classPath, main.getName()));
    command.addAll(arguments);
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
        .start();
  }
}
