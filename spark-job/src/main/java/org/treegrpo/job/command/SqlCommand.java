package org.treegrpo.job.command;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.treegrpo.core.base.Printable;
import org.treegrpo.job.cli.CliCommand;
import org.treegrpo.job.cli.CommandContext;
import org.treegrpo.job.cli.ExitCodes;
import org.treegrpo.job.cluster.ClusterStart;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.train.InvalidInputException;
import org.treegrpo.job.train.RootFailure;
import org.treegrpo.job.train.RunPlace;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Asks the audit of a run in Spark SQL: where Spark is without its own {@code spark-sql}, and with
 * the same files.
 */
@Command(
    name = "sql",
    description = {
      "Runs files of Spark SQL on a run's audit and prints tab-separated rows.",
      "docs/audit has the views and recipes; ${run} in them is the run directory."
    })
public final class SqlCommand extends CliCommand {

  @Option(
      names = "--run-dir",
      required = true,
      paramLabel = "DIR",
      description = "Directory of the run.")
  private String runDir;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "Statements, each ended by ';' at the end of a line.")
  private List<Path> files;

  @Override
  protected int run(CommandContext context) throws IOException {
    RunDirectory directory = RunPlace.started("--run-dir", runDir, context.hadoop());
    for (Path file : files) {
      if (!Files.isReadable(file) || Files.isDirectory(file)) {
        throw new InvalidInputException("FILE: %s must be a readable file".formatted(file));
      }
    }
    boolean guest = ClusterStart.present().isPresent();
    SparkConf conf = context.spark().clone().remove("spark.kryo.registrationRequired");
    SparkSession session = SparkSession.builder().config(conf).getOrCreate().newSession();
    try {
      session.conf().set("run", directory.root().toString());
      for (Path file : files) {
        for (String statement : Files.readString(file).split(";\\s*(\n|$)", -1)) {
          run(session, file, statement.strip(), context.out());
        }
      }
      return ExitCodes.DONE;
    } finally {
      if (!guest) {
        session.stop();
      }
    }
  }

  private static void run(SparkSession session, Path file, String statement, PrintStream out) {
    if (statement.isEmpty()) {
      return;
    }
    try {
      Dataset<Row> rows = session.sql(statement);
      if (rows.columns().length > 0) {
        out.println(String.join("\t", rows.columns()));
        for (Iterator<Row> all = rows.toLocalIterator(); all.hasNext(); ) {
          out.println(line(all.next()));
        }
      }
    } catch (Exception e) { // also Spark's checked exceptions, which its Java API hides
      if (e instanceof AnalysisException wrong) {
        throw new InvalidInputException(
            "%s: %s".formatted(file, RootFailure.message(wrong)), wrong);
      }
      throw e;
    }
  }

  private static String line(Row row) {
    return IntStream.range(0, row.length())
        .mapToObj(
            column ->
                row.isNullAt(column)
                    ? "NULL"
                    : Printable.excerpt(row.get(column), Integer.MAX_VALUE))
        .collect(Collectors.joining("\t"));
  }
}
