package org.treegrpo.job.cli;

import java.io.PrintWriter;
import org.treegrpo.job.settings.Presets;
import org.treegrpo.job.settings.SettingsLoader;
import picocli.CommandLine;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Parses the command line and runs one command. */
public final class TreeGrpoCommandLine {
  private final CommandLine commandLine;

  /**
   * @param commands what the commands do
   * @param out for help and version
   * @param err for everything that is wrong
   */
  public TreeGrpoCommandLine(
      Commands commands, SettingsLoader loader, PrintWriter out, PrintWriter err) {
    commandLine =
        new CommandLine(new RootCommand(commands, loader))
            .setOut(new MaskedWriter(out))
            .setErr(new MaskedWriter(err))
            .setUsageHelpAutoWidth(true)
            .setParameterExceptionHandler(TreeGrpoCommandLine::usageError)
            .setExecutionExceptionHandler(
                (failure, command, parsed) -> {
                  Failure told = Failure.of(failure);
                  told.print(command.getErr());
                  return told.exitCode();
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

  private static int usageError(ParameterException wrong, String[] arguments) {
    CommandLine command = wrong.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("treegrpo: " + wrong.getMessage());
    UnmatchedArgumentException.printSuggestions(wrong, err);
    err.println("Try '%s --help'.".formatted(command.getCommandSpec().qualifiedName()));
    err.flush();
    return ExitCodes.BAD_INPUT;
  }
}
