package org.treegrpo.job.trust;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.treegrpo.job.audit.AuditWriter;
import org.treegrpo.job.files.AtomicFiles;
import org.treegrpo.job.files.FaultyFileSystem;
import org.treegrpo.job.files.FaultyFileSystem.Fault;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.images.GrownTree;
import org.treegrpo.job.images.ImageGrid;
import org.treegrpo.job.images.SampleSheet;
import org.treegrpo.job.metrics.MetricsFixtures;
import org.treegrpo.job.metrics.MetricsLog;
import org.treegrpo.job.metrics.TensorBoardWriter;
import org.treegrpo.job.report.ReportWriter;

/** Every file of a run directory besides the checkpoints, under every fault of a file system. */
class RunFileFaultTest {

  private static final String LONG_TEXT =
      "more than the 64 bytes that a full disk takes ".repeat(4);

  /** Writes a file of the run after {@code round} rounds. */
  @FunctionalInterface
  private interface Writing {
    void write(FileSystem fs, Path run, int round) throws IOException;
  }

  @TempDir java.nio.file.Path directory;
  private FileSystem healthy;
  private Path run;

  @BeforeEach
  void open() throws IOException {
    RunDirectory place = RunDirectory.of(directory.toString(), new Configuration(false));
    healthy = place.fs();
    run = place.root();
  }

  private static Map<String, Writing> files() {
    Map<String, Writing> files = new LinkedHashMap<>();
    for (String name : List.of("config.resolved.conf", "run.json", "result.json")) {
      files.put(name, (fs, run, round) -> text(fs, new Path(run, name), round));
    }
    files.put("report.html", (fs, run, round) -> ReportWriter.write(fs, run));
    files.put(
        "metrics.jsonl",
        (fs, run, round) -> MetricsLog.open(fs, run).append(MetricsFixtures.round(round)));
    files.put(
        "evaluations.jsonl",
        (fs, run, round) -> MetricsLog.open(fs, run).append(MetricsFixtures.evaluation(round)));
    files.put("edges.parquet", RunFileFaultTest::audit);
    files.put("leaves.parquet", RunFileFaultTest::audit);
    files.put("round-000001.png", RunFileFaultTest::samples);
    files.put("round-000001.json", RunFileFaultTest::samples);
    files.put(
        "tree-round-000001.json",
        (fs, run, round) ->
            new GrownTree(1, "p", LONG_TEXT + round, 0, 2, 2, 0, 5, List.of()).write(fs, run));
    files.put("events.out.tfevents", RunFileFaultTest::events);
    return files;
  }

  static Stream<Arguments> filesAndFaults() {
    return files().keySet().stream()
        .flatMap(file -> Stream.of(Fault.values()).map(fault -> Arguments.of(file, fault)));
  }

  private static void text(FileSystem fs, Path file, int round) throws IOException {
    AtomicFiles.replace(fs, file, out -> out.write((LONG_TEXT + round).getBytes(UTF_8)));
  }

  private static void audit(FileSystem fs, Path run, int round) throws IOException {
    new AuditWriter(fs, run, List.of("ocr")).write(1, List.of(), List.of());
  }

  private static void samples(FileSystem fs, Path run, int round) throws IOException {
    BufferedImage image = new BufferedImage(16, 8, BufferedImage.TYPE_INT_RGB);
    SampleSheet.Cell cell = new SampleSheet.Cell("p", LONG_TEXT + round, 0, Map.of(), Map.of());
    ImageGrid.of(1, 1, List.of(cell), List.of(image)).write(fs, run);
  }

  private static void events(FileSystem fs, Path run, int round) throws IOException {
    InstantSource clock = InstantSource.fixed(Instant.EPOCH);
    try (TensorBoardWriter events = new TensorBoardWriter(fs, run, round, clock)) {
      events.add(MetricsFixtures.round(round));
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("filesAndFaults")
  void aFaultNamesTheFileAndLeavesNoHalf(String name, Fault fault) throws IOException {
    Writing writing = files().get(name);
    assertFails(writing, fault, name, 1);
    if (!name.startsWith("events")) {
      assertThat(find(name)).as("nothing under the final name").isEmpty();
    }
    writing.write(healthy, run, 1);
    java.nio.file.Path written = find(name).get(0);
    byte[] before = Files.readAllBytes(written);
    assertFails(writing, fault, name, 2);
    if (!name.startsWith("events")) {
      assertThat(written).as("the earlier file stays").hasBinaryContent(before);
    }
    writing.write(healthy, run, 2);
    assertThat(find(".tmp")).as("nothing temporary is left").isEmpty();
  }

  private void assertFails(Writing writing, Fault fault, String name, int round)
      throws IOException {
    try (FaultyFileSystem faulty = new FaultyFileSystem(fault, name)) {
      assertThatThrownBy(() -> writing.write(faulty, run, round))
          .as("%s of %s", fault, name)
          .isInstanceOf(IOException.class)
          .hasMessageContaining(name);
    }
    assertThat(find(".tmp")).as("nothing temporary is left").isEmpty();
  }

  private List<java.nio.file.Path> find(String name) throws IOException {
    try (Stream<java.nio.file.Path> files = Files.walk(directory)) {
      return files.filter(file -> file.getFileName().toString().contains(name)).toList();
    }
  }
}
