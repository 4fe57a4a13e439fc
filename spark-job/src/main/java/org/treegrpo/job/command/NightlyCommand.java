package org.treegrpo.job.command;

import java.io.IOException;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.security.UserGroupInformation;
import org.treegrpo.job.cli.CliCommand;
import org.treegrpo.job.cli.CommandContext;
import org.treegrpo.job.cli.ExitCodes;
import org.treegrpo.job.cli.RegistryOptions;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.registry.NightDirectory;
import org.treegrpo.job.registry.NightResult;
import org.treegrpo.job.registry.Registry;
import org.treegrpo.job.registry.RegistryWriter;
import org.treegrpo.job.settings.Use;
import org.treegrpo.job.train.InvalidInputException;
import org.treegrpo.job.train.Nightly;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains, judges and promotes; may be repeated until it is done. */
@Command(
    name = "nightly",
    description = {
      "Trains the promoted version of a registry, holds the result to the gate, and promotes it.",
      "Ends with 0 where it is promoted and with 3 where the gate refuses; the same command again goes on where it was ended."
    })
public final class NightlyCommand extends CliCommand {

  @Mixin private RegistryOptions at;

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = "Of the night. Default: today's date in --zone.")
  private Optional<String> id;

  @Option(
      names = "--zone",
      paramLabel = "ZONE",
      defaultValue = "UTC",
      description = "In which a day begins, such as Europe/Berlin. Default: ${DEFAULT-VALUE}.")
  private ZoneId zone;

  @Option(names = "--status", description = "Says what the night came to, and does nothing.")
  private boolean status;

  @Option(
      names = "--approve",
      paramLabel = "ID",
      description = "Promotes what this night has made, where it waits for that.")
  private Optional<String> approved;

  private static String state(NightDirectory night) throws IOException {
    Optional<NightResult> result = night.result();
    if (result.isPresent()) {
      return result.get().line();
    }
    return night
        .failure()
        .map(failure -> "failed at %s: %s".formatted(failure.at(), failure.error()))
        .orElse("not over, or not begun");
  }

  @Override
  protected int run(CommandContext context) throws IOException {
    Clock clock = Clock.systemUTC();
    String night =
        approved.or(() -> id).orElseGet(() -> LocalDate.now(clock.withZone(zone)).toString());
    if (approved.isPresent() && (id.isPresent() || status)) {
      throw new InvalidInputException("--approve names the night: give neither --id nor --status");
    }
    RunDirectory directory = at.directory(context.hadoop());
    Registry registry = new Registry(directory);
    Nightly.directory(registry, night); // refuses an id before anything is made
    if (status) {
      context.out().printf("night %s: %s%n", night, state(Nightly.directory(registry, night)));
      return ExitCodes.DONE;
    }
    List<String> somewhere = List.of("treegrpo.run-dir=" + directory.root());
    ClusterCheck.require(context.settings(Use.TRAIN, somewhere), context.spark());
    try (RegistryWriter writer =
        Nightly.lock(directory, context.spark(), at.singleWriter(), clock)) {
      Nightly nightly =
          new Nightly(
              changes -> context.settings(Use.TRAIN, changes),
              writer,
              context.spark(),
              context.hadoop(),
              context.out(),
              clock);
      NightResult result =
          approved.isPresent()
              ? nightly.approve(night, UserGroupInformation.getCurrentUser().getShortUserName())
              : nightly.run(night);
      context.out().printf("night %s: %s%n", night, result.line());
      return result.status() == NightResult.Status.REFUSED
          ? ExitCodes.refused(context.spark())
          : ExitCodes.DONE;
    }
  }
}
