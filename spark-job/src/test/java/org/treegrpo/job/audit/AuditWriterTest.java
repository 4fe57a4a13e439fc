package org.treegrpo.job.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.Type;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.core.credit.Status;

class AuditWriterTest {
  private static final EdgeRow EDGE =
      new EdgeRow("p-7", 1, "0.2", 2, 3, "0", -1.41894, 0.35, 0.75, Status.TRAINED);
  private static final EdgeRow MASKED_EDGE =
      new EdgeRow("p-7", 1, "0.1", 2, 3, "0", -1.5, 0.35, Double.NaN, Status.FAILED);
  private static final LeafRow LEAF =
      new LeafRow("p-7", 1, "0.2", new double[] {0.5, 5.9}, 3.2, 0.75, Status.PRUNED, "0a1b2c3d");
  private static final LeafRow FAILED_LEAF =
      new LeafRow(
          "p-7",
          1,
          "0.1",
          new double[] {Double.NaN, 5.8},
          Double.NaN,
          Double.NaN,
          Status.FAILED,
          "0a1b2c3d");

  @TempDir java.nio.file.Path directory;

  @Test
  void edgesHaveTheColumnsOfTheContract() throws IOException {
    writer().write(12, List.of(EDGE, MASKED_EDGE), List.of(LEAF));

    List<Group> rows = read("edges.parquet");
    assertThat(columns(rows.get(0)))
        .as("edges.parquet")
        .containsExactly(
            "round",
            "prompt_id",
            "tree",
            "path",
            "depth",
            "step",
            "parent_path",
            "log_prob_old",
            "noise_std",
            "advantage",
            "trained",
            "status");
    Group edge = rows.get(0);
    assertThat(edge.getInteger("round", 0)).as("round").isEqualTo(12);
    assertThat(edge.getString("prompt_id", 0)).as("prompt").isEqualTo("p-7");
    assertThat(edge.getString("parent_path", 0)).as("parent").isEqualTo("0");
    assertThat(edge.getDouble("log_prob_old", 0)).as("log-prob").isEqualTo(-1.41894);
    assertThat(edge.getDouble("advantage", 0)).as("advantage").isEqualTo(0.75);
    assertThat(edge.getBoolean("trained", 0)).as("trained").isTrue();
    assertThat(edge.getString("status", 0)).as("status").isEqualTo("trained");
    assertThat(rows.get(1).getString("status", 0)).as("why not").isEqualTo("failed");
    assertThat(rows.get(1).getFieldRepetitionCount("advantage"))
        .as("NaN is null: the edge has no advantage")
        .isZero();
  }

  @Test
  void leavesHaveAColumnForEachReward() throws IOException {
    writer().write(12, List.of(EDGE), List.of(LEAF, FAILED_LEAF));

    List<Group> rows = read("leaves.parquet");
    assertThat(columns(rows.get(0)))
        .as("leaves.parquet")
        .containsExactly(
            "round",
            "prompt_id",
            "tree",
            "path",
            "reward_ocr",
            "reward_aesthetic",
            "reward_total",
            "advantage",
            "masked",
            "status",
            "weights_crc32c");
    assertThat(rows.get(0).getString("weights_crc32c", 0)).as("weights").isEqualTo("0a1b2c3d");
    assertThat(rows.get(0).getDouble("reward_aesthetic", 0)).as("score").isEqualTo(5.9);
    assertThat(rows.get(1).getFieldRepetitionCount("reward_ocr"))
        .as("a failed score is null, never 0")
        .isZero();
    assertThat(rows.get(1).getDouble("reward_aesthetic", 0)).as("other score").isEqualTo(5.8);
    assertThat(rows.get(1).getBoolean("masked", 0)).as("masked").isTrue();
    assertThat(rows.get(0).getBoolean("masked", 0)).as("a pruned leaf is none").isFalse();
    assertThat(rows.get(0).getString("status", 0)).as("but told apart").isEqualTo("pruned");
  }

  @Test
  void aRepeatedRoundReplacesItsFiles() throws IOException {
    writer().write(12, List.of(EDGE, MASKED_EDGE), List.of(LEAF));
    writer().write(12, List.of(EDGE), List.of(LEAF));

    assertThat(read("edges.parquet")).as("a resumed run writes the round again").hasSize(1);
    try (var files = Files.list(directory.resolve("audit/round=000012"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .as("no temporary file stays")
          .filteredOn(name -> !name.endsWith(".crc"))
          .containsExactlyInAnyOrder("edges.parquet", "leaves.parquet");
    }
  }

  @Test
  void equalRowsGiveEqualBytes() throws IOException {
    writer().write(12, List.of(EDGE, MASKED_EDGE), List.of(LEAF));
    byte[] first = Files.readAllBytes(directory.resolve("audit/round=000012/edges.parquet"));
    writer().write(12, List.of(EDGE, MASKED_EDGE), List.of(LEAF));

    assertThat(Files.readAllBytes(directory.resolve("audit/round=000012/edges.parquet")))
        .as("a resumed run leaves the same audit trail, byte for byte")
        .isEqualTo(first);
  }

  @Test
  void aLeafNeedsOneScoreForEachReward() {
    LeafRow leaf = new LeafRow("p-7", 0, "0.0", new double[] {1}, 1, 0, Status.TRAINED, "");

    assertThatThrownBy(() -> writer().write(1, List.of(), List.of(leaf)))
        .as("one score, two rewards")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("leaf 0.0 of prompt p-7 has 1 scores")
        .hasMessageContaining("[ocr, aesthetic]");
  }

  private AuditWriter writer() throws IOException {
    return new AuditWriter(
        FileSystem.getLocal(new Configuration()),
        new Path(directory.toUri()),
        List.of("ocr", "aesthetic"));
  }

  private List<Group> read(String name) throws IOException {
    return ParquetRows.read(directory.resolve("audit/round=000012").resolve(name));
  }

  private static List<String> columns(Group row) {
    return row.getType().getFields().stream().map(Type::getName).toList();
  }
}
