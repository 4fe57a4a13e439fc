package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.job.Main;

/** What {@code deploy/treegrpo} logs, with the log configuration that it brings. */
class OperatorLogTest {

  private static final long LIMIT_MINUTES = 5;

  @TempDir Path directory;
  private Path config;

  @BeforeEach
  void write() throws IOException {
    config = new TinyRun(directory).configFile("run");
  }

  @Test
  void onAClusterItTellsWhatAnOperatorNeeds() throws Exception {
    Path kills = directory.resolve("kills");
    Kills.plan(kills, "learn round 2, start");
    String log =
        train(
            "local-cluster[1,1,2048]",
            Map.of(
                "spark.plugins", LethalPlugin.class.getName(),
                "spark.executor.extraClassPath", System.getProperty("java.class.path"),
                "spark.executor.extraJavaOptions",
                    "-Dai.djl.offline=true -D%s=%s".formatted(Kills.DIRECTORY, kills)));
    assertThat(log)
        .as("the lock, executors, shares and checkpoints")
        .containsPattern("run\\.lock: held by process \\d+ on .+ since 20")
        .containsPattern("executor 0 joined on .+, 1 cores; executors: 1\\R")
        .containsPattern("executor 0 lost on .+: .+; executors: 0\\R")
        .containsPattern("executor 1 joined on .+, 1 cores; executors: 1\\R")
        .containsPattern(
            "executor 0 on .+: \\d+ processors, heap of \\d+ MiB, .+, libtorch 2\\S+, CPU\\R")
        .containsPattern("round 2: 6 of 6 shares grown again")
        .containsPattern(
            "checkpoint of round 3 written: .+/round-000003, [1-9]\\d+ bytes in \\d+\\.\\d+ s\\R");
  }

  @Test
  void onALaptopItIsQuiet() throws Exception {
    assertThat(train("local[1]", Map.of()))
        .as("log of a run that nothing happens to")
        .doesNotContain("run.lock", "joined", "executor", "checkpoint", "written");
  }

  /** Standard error of a run. */
  private String train(String master, Map<String, String> spark) throws Exception {
    Path sparkHome = sparkHome(spark);
    Path log = directory.resolve("log");
    ProcessBuilder builder =
        new ProcessBuilder(
                "../deploy/treegrpo", "--master", master, "train", "--config", config.toString())
            .redirectError(log.toFile())
            .redirectOutput(directory.resolve("out").toFile());
    builder.environment().put("SPARK_HOME", sparkHome.toString());
    builder.environment().put("TREEGRPO_JAR", "application.jar");
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().keySet().removeAll(List.of("SPARK_CONF_DIR", "TREEGRPO_LOG_LEVEL"));
    Process process = builder.start();
    assertThat(process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)).as("it ends").isTrue();
    String text = Files.readString(log);
    assertThat(process.exitValue()).as("exit code; the log was: %s", text).isZero();
    return text;
  }

  /** One whose spark-submit starts the classes of the tests. */
  private Path sparkHome(Map<String, String> spark) throws IOException {
    Path home = directory.resolve("spark-home");
    Files.createDirectories(home.resolve("jars"));
    Files.createDirectories(home.resolve("bin"));
    String opens =
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .filter(option -> option.startsWith("--add-opens"))
            .collect(Collectors.joining(" "));
    String properties =
        spark.entrySet().stream()
            .map(property -> "'-D%s=%s'".formatted(property.getKey(), property.getValue()))
            .collect(Collectors.joining(" "));
    String script =
        """
        #!/usr/bin/env bash
        master="$2"
        while [ "$1" != application.jar ]; do shift; done
        shift
        exec %s/bin/java %s -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dai.djl.offline=true %s \\
          -Dspark.master="$master" -Dlog4j2.configurationFile="$SPARK_CONF_DIR/log4j2.properties" %s "$@"
        """
            .formatted(System.getProperty("java.home"), opens, properties, Main.class.getName());
    Path submit = Files.writeString(home.resolve("bin/spark-submit"), script);
    Files.setPosixFilePermissions(submit, PosixFilePermissions.fromString("rwxr-xr-x"));
    return home;
  }
}
