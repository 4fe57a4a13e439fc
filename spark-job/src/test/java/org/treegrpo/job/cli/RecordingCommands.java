package org.treegrpo.job.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.settings.Use;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands of each kind, which remember what they were asked for, and fail if told to. */
final class RecordingCommands {
  private final List<String> calls = new ArrayList<>();
  private TrainSettings settings;
  private Exception failure;
  private int exitCode = ExitCodes.DONE;

  List<CliCommand> all() {
    return List.of(new Train(this), new Resume(this), new Evaluate(this), new Report(this));
  }

  List<String> calls() {
    return calls;
  }

  TrainSettings settings() {
    return settings;
  }

  void failWith(Exception exception) {
    failure = exception;
  }

  void returnCode(int code) {
    exitCode = code;
  }

  private int record(String call, TrainSettings given) throws Exception {
    calls.add(call);
    settings = given;
    if (failure != null) {
      throw failure;
    }
    return exitCode;
  }

  @Command(name = "train")
  private static final class Train extends CliCommand {
    private final RecordingCommands record;

    Train(RecordingCommands record) {
      this.record = record;
    }

    @Override
    protected int run(CommandContext context) throws Exception {
      return record.record("train", context.settings(Use.TRAIN));
    }
  }

  @Command(name = "resume")
  private static final class Resume extends CliCommand {
    private final RecordingCommands record;

    @Option(names = "--run-dir")
    private Optional<String> runDir;

    Resume(RecordingCommands record) {
      this.record = record;
    }

    @Override
    protected int run(CommandContext context) throws Exception {
      return record.record("resume", context.settingsOr(runDir, Use.TRAIN));
    }
  }

  @Command(name = "evaluate")
  private static final class Evaluate extends CliCommand {
    private final RecordingCommands record;

    @Mixin private PolicyOptions policy;

    Evaluate(RecordingCommands record) {
      this.record = record;
    }

    @Override
    protected int run(CommandContext context) throws Exception {
      TrainSettings settings = context.settingsOr(policy.runDir(), Use.EVALUATE);
      return record.record("evaluate " + policy.choice(), settings);
    }
  }

  @Command(name = "report")
  private static final class Report extends CliCommand {
    private final RecordingCommands record;

    @Parameters(arity = "0..1")
    private Optional<String> directory;

    Report(RecordingCommands record) {
      this.record = record;
    }

    @Override
    protected int run(CommandContext context) throws Exception {
      return record.record("report " + context.directory(directory), null);
    }
  }
}
