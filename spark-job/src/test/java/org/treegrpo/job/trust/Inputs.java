package org.treegrpo.job.trust;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.treegrpo.job.train.CommandLineRun;
import org.treegrpo.job.train.TinyRun;

/** The files of a run that would work, to be broken in one place, and the real command line. */
final class Inputs {

  private final Path directory;
  private final Path config;

  Inputs(Path directory) throws IOException {
    this.directory = directory;
    this.config = new TinyRun(directory).configFile("run");
  }

  /** A file of the inputs, or of the run in {@code run/}. */
  Path file(String name) {
    return directory.resolve(name);
  }

  /** Replaces a file by a text. */
  void write(String name, String text) throws IOException {
    Files.writeString(file(name), text);
  }

  /** Replaces a part of a text file, which must be there. */
  void edit(String name, String part, String replacement) throws IOException {
    String text = Files.readString(file(name));
    if (!text.contains(part)) {
      throw new IllegalArgumentException(name + " does not contain " + part);
    }
    Files.writeString(file(name), text.replace(part, replacement));
  }

  /** {@code train} with overrides such as {@code rounds=0}. */
  CommandLineRun train(String... overrides) throws IOException {
    return withConfig("train", overrides);
  }

  /** {@code resume} with overrides. */
  CommandLineRun resume(String... overrides) throws IOException {
    return withConfig("resume", overrides);
  }

  /** Any command line, on one local core. */
  CommandLineRun command(String... arguments) throws IOException {
    return CommandLineRun.of(directory, arguments);
  }

  CommandLineRun command(SparkConf spark, Configuration hadoop, String... arguments)
      throws IOException {
    return CommandLineRun.of(directory, spark, hadoop, arguments);
  }

  /** The arguments of a command with the configuration and overrides. */
  String[] arguments(String command, String... overrides) {
    List<String> arguments = new ArrayList<>(List.of(command, "--config", config.toString()));
    for (String override : overrides) {
      arguments.addAll(List.of("--set", "treegrpo." + override));
    }
    return arguments.toArray(String[]::new);
  }

  private CommandLineRun withConfig(String command, String... overrides) throws IOException {
    return command(arguments(command, overrides));
  }
}
