package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.job.files.AtomicFiles;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.metrics.MetricsLog;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.metrics.RunFiles;

/** Runs whose directory, policy and prompts are on HDFS, of two DataNodes in this process. */
class HdfsRunTest {

  @TempDir static Path directory;

  private static MiniDFSCluster cluster;
  private static TinyRun tiny;

  @BeforeAll
  static void start() throws IOException {
    Configuration hadoop = new Configuration();
    hadoop.set("dfs.replication", "2");
    hadoop.set("dfs.client.block.write.replace-datanode-on-failure.policy", "NEVER");
    hadoop.set("dfs.namenode.heartbeat.recheck-interval", "500");
    hadoop.set("dfs.heartbeat.interval", "1s");
    hadoop.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, directory.resolve("dfs").toString());
    cluster = new MiniDFSCluster.Builder(hadoop).numDataNodes(2).build();
    cluster.waitActive();
    tiny = new TinyRun(directory);
    tiny.train("local[1]", "local", "treegrpo.rounds=4");
  }

  @AfterAll
  static void stop() {
    cluster.shutdown(true);
  }

  private static CommandLineRun run(String command, String name, String... more)
      throws IOException {
    List<String> arguments = new ArrayList<>(List.of(command, "--config"));
    arguments.add(tiny.configFile(name).toString());
    for (String setting :
        List.of(
            "run-dir=\"%s/runs/%s\"".formatted(cluster.getURI(), name),
            "policy.path=\"%s/inputs/policy\"".formatted(cluster.getURI()),
            "prompts.train=\"%s/inputs/train.jsonl\"".formatted(cluster.getURI()))) {
      arguments.addAll(List.of("--set", "treegrpo." + setting));
    }
    for (String setting : more) {
      arguments.addAll(List.of("--set", "treegrpo." + setting));
    }
    return CommandLineRun.of(
        Files.createDirectories(directory.resolve("local-files")),
        TinyRun.spark("local[1]"),
        new Configuration(),
        arguments.toArray(String[]::new));
  }

  private static void upload() throws IOException {
    FileSystem hdfs = cluster.getFileSystem();
    for (String input : List.of("policy", "train.jsonl")) {
      hdfs.copyFromLocalFile(
          new org.apache.hadoop.fs.Path(directory.resolve(input).toUri()),
          new org.apache.hadoop.fs.Path("/inputs/" + input));
    }
  }

  private static List<String> digests(String name) throws IOException {
    RunDirectory run = RunDirectory.of(cluster.getURI() + "/runs/" + name, new Configuration());
    return MetricsLog.open(run.fs(), run.root()).rounds().stream()
        .map(RoundMetrics::weightsSha256)
        .toList();
  }

  @Test
  void aRunGoesOnThereAndLosesADataNodeWithTheSameWeights() throws IOException {
    upload();
    run("train", "run", "rounds=1").assertDone();
    run("train", "run", "rounds=1")
        .assertRefused("treegrpo.run-dir: " + cluster.getURI() + "/runs/run is not empty");
    run("resume", "run", "rounds=2").assertDone();
    MiniDFSCluster.DataNodeProperties stopped = cluster.stopDataNode(0);
    run("resume", "run", "rounds=4").assertDone();
    restart(stopped);
    assertThat(digests("run")).as("weights").isEqualTo(tiny.digests("local"));
    try (Stream<Path> left = Files.list(directory.resolve("dfs"))) {
      assertThat(left).as("it was HDFS").isNotEmpty();
    }
    FileSystem hdfs = cluster.getFileSystem();
    assertThat(hdfs.exists(new org.apache.hadoop.fs.Path("/runs/run/run.lock"))).isFalse();
    assertThat(hdfs.exists(new org.apache.hadoop.fs.Path("/runs/run/report.html"))).isTrue();
  }

  @Test
  void aFileIsWholeThoughItsDataNodeIsLostWhileItIsWritten() throws IOException {
    FileSystem hdfs = cluster.getFileSystem();
    org.apache.hadoop.fs.Path file = new org.apache.hadoop.fs.Path("/one/file");
    byte[] content = new byte[3 << 20];
    Arrays.fill(content, (byte) 7);
    List<MiniDFSCluster.DataNodeProperties> stopped = new ArrayList<>();
    AtomicFiles.create(
        hdfs,
        file,
        out -> {
          out.write(content, 0, 1 << 20);
          ((FSDataOutputStream) out).hflush();
          stopped.add(cluster.stopDataNode(0));
          out.write(content, 1 << 20, 2 << 20);
        });
    assertThat(RunFiles.readBytes(hdfs, file)).as("by the other one").hasValue(content);
    stopped.forEach(HdfsRunTest::restart);
  }

  @Test
  void aFileIsWrittenAgainWhereTheStoreWasAwayForAMoment() throws IOException {
    Configuration hadoop = new Configuration(cluster.getConfiguration(0));
    hadoop.set("treegrpo.write.pause", "10ms");
    FileSystem hdfs = FileSystem.newInstance(cluster.getURI(), hadoop);
    org.apache.hadoop.fs.Path file = new org.apache.hadoop.fs.Path("/another/file");
    AtomicInteger attempts = new AtomicInteger();
    AtomicFiles.create(
        hdfs,
        file,
        out -> {
          out.write(attempts.incrementAndGet());
          if (attempts.get() < 3) {
            throw new IOException("the store is away");
          }
        });
    assertThat(RunFiles.readBytes(hdfs, file)).as("of the third attempt").hasValue(new byte[] {3});
    assertThat(hdfs.listStatus(file.getParent())).as("nothing else").hasSize(1);
    hdfs.close();
  }

  private static void restart(MiniDFSCluster.DataNodeProperties node) {
    try {
      cluster.restartDataNode(node);
      cluster.waitActive();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
