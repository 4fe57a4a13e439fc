package org.treegrpo.job.cli;

import java.io.PrintWriter;
import java.util.ServiceLoader;
import org.apache.spark.SparkConf;
import org.treegrpo.job.settings.Presets;
import org.treegrpo.job.settings.SettingsException;
import org.treegrpo.job.settings.SettingsLoader;
import picocli.CommandLine;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Parses the command line and runs one command. */
public final class TreeGrpoCommandLine {
  private final CommandLine commandLine;

  /**
   * With the commands of the class path.
   *
   * @param environment of the commands
   * @param out for help and version
   * @param err for everything that is wrong
   */
  public TreeGrpoCommandLine(
      Environment environment, SettingsLoader loader, PrintWriter out, PrintWriter err) {
    this(ServiceLoader.load(CliCommand.class), environment, loader, out, err);
  }

  /**
   * @param commands where two have the same name, the first is meant
   */
  TreeGrpoCommandLine(
      Iterable<CliCommand> commands,
      Environment environment,
      SettingsLoader loader,
      PrintWriter out,
      PrintWriter err) {
    commandLine = new CommandLine(new RootCommand(loader, environment));
    for (CliCommand command : commands) {
      CommandLine subcommand = new CommandLine(command);
      if (!commandLine.getSubcommands().containsKey(subcommand.getCommandName())) {
        commandLine.addSubcommand(subcommand);
      }
    }
    commandLine
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setOut(new MaskedWriter(out))
        .setErr(new MaskedWriter(err))
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler((wrong, arguments) -> usageError(wrong, environment))
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              Failure told = Failure.of(failure);
              told.print(command.getErr());
              return failure instanceof SettingsException
                  ? wrongForEver(environment, command.getErr())
                  : told.exitCode();
            });
    commandLine
        .getHelpSectionMap()
        .compute(
            UsageMessageSpec.SECTION_KEY_FOOTER,
            (key, footer) -> help -> footer.render(help) + presets());
  }

  /** Never throws; see {@link ExitCodes}. */
  public int run(String... arguments) {
    return commandLine.execute(arguments);
  }

  private static String presets() {
    return "Presets, the values of treegrpo.method: %s.%n"
        .formatted(String.join(", ", Presets.names()));
  }

  /** A supervised driver is started again whatever it ended with but 0, and would be for ever. */
  private static int wrongForEver(Environment environment, PrintWriter err) {
    SparkConf spark = environment.spark();
    boolean supervised =
        spark.getBoolean("spark.driver.supervise", false)
            && spark.get("spark.submit.deployMode", "client").equals("cluster")
            && spark.get("spark.master", "").startsWith("spark://");
    if (!supervised) {
      return ExitCodes.BAD_INPUT;
    }
    err.println(
        "treegrpo: starting again mends no configuration: the driver ends with 0, so that --supervise does not repeat it");
    err.flush();
    return ExitCodes.DONE;
  }

  private static int usageError(ParameterException wrong, Environment environment) {
    CommandLine command = wrong.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("treegrpo: " + wrong.getMessage());
    UnmatchedArgumentException.printSuggestions(wrong, err);
    err.println("Try '%s --help'.".formatted(command.getCommandSpec().qualifiedName()));
    return wrongForEver(environment, err);
  }
}
