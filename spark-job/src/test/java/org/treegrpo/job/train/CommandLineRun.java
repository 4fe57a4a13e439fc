package org.treegrpo.job.train;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.treegrpo.job.cli.TreeGrpoCommandLine;
import org.treegrpo.job.command.JobCommands;
import org.treegrpo.job.settings.SettingsLoader;

/**
 * A command line that ran in this JVM, put together as {@code Main} does it.
 *
 * @param out what went to standard output
 * @param err what went to standard error
 */
record CommandLineRun(int exitCode, String out, String err) {

  static CommandLineRun of(String master, String... arguments) {
    ByteArrayOutputStream results = new ByteArrayOutputStream();
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        new TreeGrpoCommandLine(
                new JobCommands(
                    TinyRun.spark(master),
                    new Configuration(),
                    new PrintStream(results, true, StandardCharsets.UTF_8)),
                new SettingsLoader(),
                new PrintWriter(out),
                new PrintWriter(err))
            .run(arguments);
    return new CommandLineRun(
        exitCode, out + results.toString(StandardCharsets.UTF_8), err.toString());
  }
}
