package org.treegrpo.job.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.core.transition.Transition;
import org.treegrpo.job.Main;
import org.treegrpo.job.cli.ExitCodes;
import org.treegrpo.job.train.ChildJvm;

/**
 * One of each that CONTRIBUTING.md says how to add, in a jar of the user's own: found and used from
 * the command line, and nothing of ours knows it.
 */
class OwnJarTest {

  @TempDir private static Path jarDirectory;
  private static Path jar;

  @TempDir private Path directory;
  private Inputs inputs;

  @BeforeAll
  static void build() throws IOException {
    jar = OwnJar.build(jarDirectory);
  }

  @BeforeEach
  void write() throws IOException {
    inputs = new Inputs(directory);
  }

  private String run(int exitCode, List<String> arguments) throws Exception {
    return run(jar.toString(), exitCode, List.of("-Dspark.master=local[1]"), arguments);
  }

  private String run(String own, int exitCode, List<String> options, List<String> arguments)
      throws Exception {
    Path output = Files.createTempFile(directory, "output", "");
    Process process =
        ChildJvm.start(
            output,
            List.of(),
            options,
            System.getProperty("java.class.path") + File.pathSeparator + own,
            Main.class,
            arguments);
    int ended = process.waitFor();
    String told = Files.readString(output);
    assertThat(ended).as("exit code; it told: %s", told).isEqualTo(exitCode);
    return told;
  }

  @Test
  void aRunUsesEveryKindOfPart() throws Exception {
    String told =
        run(
            ExitCodes.DONE,
            List.of(
                inputs.arguments(
                    "train",
                    "method=own-method",
                    "rewards=[{name=brightness,type=own-brightness}]",
                    "rounds=1")));
    assertThat(told)
        .as("what the classes told when they were used")
        .contains(
            "own transition stepped",
            "own surrogate with clip 0.25",
            "own learner for round 1",
            "1 rounds done");
    assertThat(inputs.file("run/checkpoints/round-000001/estimator.json"))
        .as("what the estimator keeps")
        .hasContent("own");
    assertThat(Files.readString(inputs.file("run/config.resolved.conf")))
        .as("what ran")
        .contains("method=own-method", "transition=own-sde", "surrogate=own-loss", "clip=0.25");
    assertThat(Files.readString(inputs.file("run/metrics.jsonl")))
        .as("scores")
        .contains("\"brightness\"");
  }

  @Test
  void executorsFindThemInAJarThatSparkBringsAndNeedNoPreset() throws Exception {
    inCluster(ExitCodes.DONE, List.of("-Dspark.jars=" + jar));
    assertThat(Files.readString(inputs.file("run/config.resolved.conf")))
        .as("what ran")
        .contains("method=drivers-own", "transition=own-sde", "surrogate=own-loss");
  }

  @Test
  void anExecutorWithoutTheJarOfTheDriverIsTold() throws Exception {
    assertThat(inCluster(ExitCodes.FAILED, List.of()))
        .as("one line with what is missing where, and what to do")
        .contains(
            "treegrpo: class path of an executor: must have the Transition 'own-sde'", "--jars")
        .doesNotContain("please report");
  }

  /** On an executor that has the jar from Spark alone, and the preset not at all. */
  private String inCluster(int exitCode, List<String> spark) throws Exception {
    Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
    Path drivers = Files.createDirectories(directory.resolve("drivers/methods")).getParent();
    Files.writeString(drivers.resolve("methods/drivers-own.conf"), OwnJar.PRESET);
    List<String> options = new ArrayList<>(spark);
    options.add("-Dspark.master=local-cluster[1,1,1024]");
    options.add("-Dspark.executor.extraClassPath=" + System.getProperty("java.class.path"));
    options.add("-Dspark.executor.extraJavaOptions=-XX:+UseSerialGC -Dai.djl.offline=true");
    return run(
        jar + File.pathSeparator + drivers,
        exitCode,
        options,
        List.of(
            inputs.arguments(
                "train",
                "method=drivers-own",
                "rewards=[{name=size,type=jpeg-compressibility}]",
                "rounds=1")));
  }

  @Test
  void theDryRunKnowsThemToo() throws Exception {
    String told =
        run(
            ExitCodes.DONE,
            List.of(
                inputs.arguments(
                    "plan",
                    "method=own-method",
                    "rewards=[{name=brightness,type=own-brightness}]")));
    assertThat(told).as("plan").contains("own-method, 3 rounds", "surrogate=own-loss");
  }

  @Test
  void aCommandIsRunAndEverythingIsListed() throws Exception {
    List<String> arguments = new ArrayList<>(List.of(inputs.arguments("own-command", "seed=5")));
    arguments.addAll(List.of("--word", "hello"));
    assertThat(run(ExitCodes.REFUSED, arguments)).as("command").contains("hello with seed 5");
    assertThat(run(ExitCodes.DONE, List.of("--help")))
        .as("help")
        .contains("Is the user's own.", "mix-grpo-flash, own-method, tempflow-grpo");
  }

  @Test
  void aJarWithoutTheClassThatItNamesIsTold() throws Exception {
    Path services = Files.createDirectories(directory.resolve("broken/META-INF/services"));
    Files.writeString(services.resolve(Transition.class.getName()), "own.Missing\n");
    assertThat(
            run(
                inputs.file("broken").toString(),
                ExitCodes.BAD_INPUT,
                List.of("-Dspark.master=local[1]"),
                List.of(inputs.arguments("plan"))))
        .as("one line")
        .contains("treegrpo: class path: ", "own.Missing", "META-INF/services")
        .doesNotContain("\tat ");
  }
}
