package org.treegrpo.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.treegrpo.job.settings.SettingsLoader;

class TreeGrpoCommandLineTest {
  private static final SettingsLoader LOADER = new SettingsLoader(reward -> List.of());
  private static final Environment ENVIRONMENT =
      new Environment(new SparkConf(false), new Configuration(false), System.out);

  @TempDir Path directory;
  private final RecordingCommands commands = new RecordingCommands();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private String config;
  private String runDir;

  @BeforeEach
  void write() throws IOException {
    Path file = directory.resolve("run.conf");
    runDir = directory.resolve("run").toString();
    Files.writeString(
        file,
        """
        treegrpo {
          run-dir = "%s"
          policy.path = policy
          prompts { train = train.jsonl, evaluation = held-out.jsonl }
          rewards = [ { name = a, type = ocr } ]
        }
        """
            .formatted(runDir));
    config = file.toString();
  }

  private int run(String... arguments) {
    return new TreeGrpoCommandLine(
            commands.all(),
            ENVIRONMENT,
            LOADER,
            new PrintWriter(out, true),
            new PrintWriter(err, true))
        .run(arguments);
  }

  /** With the commands of the program. */
  private int runReal(String... arguments) {
    return new TreeGrpoCommandLine(
            ENVIRONMENT, LOADER, new PrintWriter(out, true), new PrintWriter(err, true))
        .run(arguments);
  }

  private void writeRun() throws IOException {
    run("train", "--config", config);
    Files.createDirectories(Path.of(runDir));
    Files.writeString(
        Path.of(runDir, "config.resolved.conf"), commands.settings().resolved().text());
    commands.calls().clear();
  }

  @ParameterizedTest
  @ValueSource(strings = {"train", "resume"})
  void aCommandGetsTheSettingsOfTheFile(String command) {
    assertThat(run(command, "--config", config)).as("exit code").isEqualTo(ExitCodes.DONE);
    assertThat(commands.calls()).as("what ran").containsExactly(command);
    assertThat(commands.settings().policy().path())
        .as("settings of the file")
        .isEqualTo(directory.resolve("policy").toString());
  }

  @Test
  void optionsMayStandBeforeAndAfterTheCommand() {
    int exitCode =
        run(
            "--set",
            "treegrpo.seed=5",
            "--set=treegrpo.checkpoint.keep=9",
            "--config",
            config,
            "train",
            "--set=treegrpo.rounds=7",
            "--set",
            "treegrpo.seed=6");
    assertThat(exitCode).as("exit code; errors: %s", err).isEqualTo(ExitCodes.DONE);
    assertThat(commands.settings().rounds()).as("after the command").isEqualTo(7);
    assertThat(commands.settings().seed()).as("the last wins").isEqualTo(6);
    assertThat(commands.settings().checkpoint().keep()).as("on both sides").isEqualTo(9);
    run("--set", "treegrpo.seed=5", "train", "--config", config);
    assertThat(commands.settings().seed()).as("before the command").isEqualTo(5);
  }

  @Test
  void theExitCodeIsTheCommands() {
    commands.returnCode(ExitCodes.REFUSED);
    assertThat(run("train", "--config", config)).as("a gate refused").isEqualTo(3);
  }

  @Test
  void everyConfigurationProblemIsShownWithoutATrace() {
    int exitCode =
        run(
            "train",
            "--config",
            config,
            "--set",
            "treegrpo.rounds=0",
            "--set",
            "treegrpo.sampler.stpes=3");
    assertThat(exitCode).as("exit code").isEqualTo(2);
    assertThat(err.toString())
        .as("both problems")
        .contains("treegrpo.rounds = 0")
        .contains("did you mean treegrpo.sampler.steps?")
        .doesNotContain("\tat ");
    assertThat(commands.calls()).as("nothing ran").isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "trian",
        "train",
        "train --config",
        "train --confg x.conf",
        "train --config x.conf extra",
        "train --run-dir x",
        "sample --config x.conf --prompt word",
        "verify a b",
        "export",
      })
  void badUsageIsCodeTwoAndPointsToTheHelp(String line) {
    assertThat(runReal(line.isEmpty() ? new String[0] : line.split(" "))).as(line).isEqualTo(2);
    assertThat(err.toString()).as(line).contains("--help'").doesNotContain("\tat ");
  }

  @Test
  void aMistypedCommandIsRecognised() {
    runReal("trian", "--config", config);
    assertThat(err.toString()).as("suggestion").contains("train");
  }

  @Test
  void anExpectedFailureIsOneLine() {
    commands.failWith(new NoSuchFileException("/no/policy"));
    assertThat(run("train", "--config", config)).as("exit code").isEqualTo(1);
    assertThat(err.toString().strip()).isEqualTo("treegrpo: no such file: /no/policy");
  }

  @Test
  void anUnexpectedFailureHasItsTrace() {
    commands.failWith(new IllegalStateException("a bug"));
    assertThat(run("train", "--config", config)).as("exit code").isEqualTo(1);
    assertThat(err.toString()).as("trace").contains("a bug").contains("\tat ");
  }

  @Test
  void aRunBringsItsOwnConfiguration() throws IOException {
    writeRun();
    int exitCode = run("resume", "--run-dir", runDir, "--set", "treegrpo.rounds=300");
    assertThat(exitCode).as("exit code; errors: %s", err).isEqualTo(ExitCodes.DONE);
    assertThat(commands.calls()).as("what ran").containsExactly("resume");
    assertThat(commands.settings().rounds()).as("extended").isEqualTo(300);
    assertThat(commands.settings().runDir()).as("run directory").isEqualTo(runDir);
  }

  @Test
  void aMovedRunIsResumedWhereItIs() throws IOException {
    writeRun();
    Path moved = Files.move(Path.of(runDir), directory.resolve("moved"));
    run("resume", "--run-dir", moved.toString());
    assertThat(commands.settings().runDir()).as("not where it was").isEqualTo(moved.toString());
  }

  @Test
  void aRunWithoutAConfigurationIsTold() {
    assertThat(run("resume", "--run-dir", runDir)).as("exit code").isEqualTo(2);
    assertThat(err.toString()).as("message").contains("config.resolved.conf");
  }

  @Test
  void configurationAndRunExcludeEachOther() {
    assertThat(run("resume", "--run-dir", runDir, "--config", config)).isEqualTo(2);
    assertThat(err.toString()).as("message").contains("not both");
  }

  @Test
  void weightsAreChosenByCheckpointOrRun() throws IOException {
    writeRun();
    run("evaluate", "--config", config, "--checkpoint", "/c");
    run("evaluate", "--run-dir", runDir);
    run("evaluate", "--config", config, "--lora", "/l");
    assertThat(commands.calls())
        .as("requests")
        .containsExactly(
            "evaluate PolicyWeightsChoice[checkpoint=Optional[/c], runDir=Optional.empty, lora=Optional.empty, kind=AVERAGE]",
            "evaluate PolicyWeightsChoice[checkpoint=Optional.empty, runDir=Optional["
                + runDir
                + "], lora=Optional.empty, kind=AVERAGE]",
            "evaluate PolicyWeightsChoice[checkpoint=Optional.empty, runDir=Optional.empty, lora=Optional[/l], kind=AVERAGE]");
  }

  @Test
  void aDirectoryIsGivenOrConfigured() {
    run("report", "/some/dir");
    run("report", "--config", config);
    assertThat(commands.calls())
        .as("directories")
        .containsExactly("report /some/dir", "report " + runDir);
  }

  @Test
  void theFirstOfTwoCommandsOfOneNameIsMeant() {
    RecordingCommands others = new RecordingCommands();
    List<CliCommand> both = new ArrayList<>(commands.all());
    both.addAll(others.all());
    new TreeGrpoCommandLine(
            both, ENVIRONMENT, LOADER, new PrintWriter(out, true), new PrintWriter(err, true))
        .run("report", "/some/dir");
    assertThat(commands.calls()).as("first").containsExactly("report /some/dir");
    assertThat(others.calls()).as("second").isEmpty();
  }

  @Test
  void theHelpListsCommandsAndOptions() {
    assertThat(runReal("--help")).as("exit code").isEqualTo(ExitCodes.DONE);
    assertThat(out.toString())
        .as("help, commands in the order of their use")
        .containsSubsequence(
            "--config",
            "--set",
            "train",
            "resume",
            "evaluate",
            "sample",
            "pretrain",
            "plan",
            "report",
            "verify",
            "Exit codes",
            "values of treegrpo.method: awm, branch-grpo,");
    assertThat(runReal("sample", "--help")).as("exit code").isEqualTo(ExitCodes.DONE);
    assertThat(out.toString()).as("help of a command").contains("treegrpo sample", "--prompt=TEXT");
  }

  @Test
  void theVersionIsShown() {
    assertThat(runReal("--version")).as("exit code").isEqualTo(ExitCodes.DONE);
    assertThat(out.toString()).as("version").startsWith("treegrpo ");
  }
}
