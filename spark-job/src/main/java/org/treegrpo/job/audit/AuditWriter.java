package org.treegrpo.job.audit;

import java.io.IOException;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;
import org.treegrpo.core.credit.Status;
import org.treegrpo.job.files.RunLayout;
import org.treegrpo.job.metrics.RunFiles;

/**
 * Writes {@code audit/round=000001/edges.parquet} and {@code leaves.parquet}: what every edge and
 * leaf of a round was worth, so that each update can be recomputed afterwards. A round written
 * twice (a resumed run) is replaced.
 */
public final class AuditWriter {
  private static final String REWARD_PREFIX = "reward_";

  private final FileSystem fs;
  private final RunLayout layout;
  private final List<String> rewards;
  private final MessageType edgeSchema = edgeSchema();
  private final MessageType leafSchema;

  /**
   * @param rewards the reward names, in the order of {@link LeafRow#rewards}; each becomes a column
   *     {@code reward_<name>}
   */
  public AuditWriter(FileSystem fs, Path runDir, List<String> rewards) {
    this.fs = fs;
    this.layout = new RunLayout(runDir);
    this.rewards = List.copyOf(rewards);
    this.leafSchema = leafSchema(this.rewards);
  }

  /**
   * Writes one round.
   *
   * @throws IllegalArgumentException if a leaf has not one score for each reward
   */
  public void write(int round, List<EdgeRow> edges, List<LeafRow> leaves) throws IOException {
    Path directory = layout.audit(round);
    RunFiles.write(
        fs,
        new Path(directory, "edges.parquet"),
        parquet(edgeSchema, edges, (row, edge) -> fill(row, round, edge)));
    RunFiles.write(
        fs,
        new Path(directory, "leaves.parquet"),
        parquet(leafSchema, leaves, (row, leaf) -> fill(row, round, leaf)));
  }

  private static void fill(Group row, int round, EdgeRow edge) {
    row.add("round", round);
    row.add("prompt_id", edge.promptId());
    row.add("tree", edge.tree());
    row.add("path", edge.path());
    row.add("depth", edge.depth());
    row.add("step", edge.step());
    row.add("parent_path", edge.parentPath());
    row.add("log_prob_old", edge.logProbOld());
    row.add("noise_std", edge.noiseStd());
    addUnlessNan(row, "advantage", edge.advantage());
    row.add("trained", edge.status() == Status.TRAINED);
    row.add("status", edge.status().label());
  }

  private void fill(Group row, int round, LeafRow leaf) {
    if (leaf.rewards().length != rewards.size()) {
      throw new IllegalArgumentException(
          "leaf %s of prompt %s has %d scores; the rewards are %s"
              .formatted(leaf.path(), leaf.promptId(), leaf.rewards().length, rewards));
    }
    row.add("round", round);
    row.add("prompt_id", leaf.promptId());
    row.add("tree", leaf.tree());
    row.add("path", leaf.path());
    for (int reward = 0; reward < rewards.size(); reward++) {
      addUnlessNan(row, REWARD_PREFIX + rewards.get(reward), leaf.rewards()[reward]);
    }
    addUnlessNan(row, "reward_total", leaf.rewardTotal());
    addUnlessNan(row, "advantage", leaf.advantage());
    row.add("masked", leaf.status() == Status.FAILED);
    row.add("status", leaf.status().label());
    row.add("weights_crc32c", leaf.weights());
  }

  private static void addUnlessNan(Group row, String column, double value) {
    if (!Double.isNaN(value)) {
      row.add(column, value);
    }
  }

  private static <T> byte[] parquet(MessageType schema, List<T> rows, BiConsumer<Group, T> fill)
      throws IOException {
    MemoryOutputFile file = new MemoryOutputFile();
    SimpleGroupFactory groups = new SimpleGroupFactory(schema);
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(file)
            .withType(schema)
            .withCompressionCodec(CompressionCodecName.SNAPPY)
            .build()) {
      for (T row : rows) {
        Group group = groups.newGroup();
        fill.accept(group, row);
        writer.write(group);
      }
    }
    return file.toByteArray();
  }

  private static MessageType edgeSchema() {
    Types.MessageTypeBuilder schema = Types.buildMessage();
    required(schema, PrimitiveTypeName.INT32, "round");
    requiredText(schema, "prompt_id");
    required(schema, PrimitiveTypeName.INT32, "tree");
    requiredText(schema, "path");
    required(schema, PrimitiveTypeName.INT32, "depth");
    required(schema, PrimitiveTypeName.INT32, "step");
    requiredText(schema, "parent_path");
    required(schema, PrimitiveTypeName.DOUBLE, "log_prob_old");
    required(schema, PrimitiveTypeName.DOUBLE, "noise_std");
    optionalReal(schema, "advantage");
    required(schema, PrimitiveTypeName.BOOLEAN, "trained");
    requiredText(schema, "status");
    return schema.named("edges");
  }

  private static MessageType leafSchema(List<String> rewards) {
    Types.MessageTypeBuilder schema = Types.buildMessage();
    required(schema, PrimitiveTypeName.INT32, "round");
    requiredText(schema, "prompt_id");
    required(schema, PrimitiveTypeName.INT32, "tree");
    requiredText(schema, "path");
    rewards.forEach(reward -> optionalReal(schema, REWARD_PREFIX + reward));
    optionalReal(schema, "reward_total");
    optionalReal(schema, "advantage");
    required(schema, PrimitiveTypeName.BOOLEAN, "masked");
    requiredText(schema, "status");
    requiredText(schema, "weights_crc32c");
    return schema.named("leaves");
  }

  private static void required(
      Types.MessageTypeBuilder schema, PrimitiveTypeName type, String name) {
    schema.required(type).named(name);
  }

  private static void requiredText(Types.MessageTypeBuilder schema, String name) {
    schema.required(PrimitiveTypeName.BINARY).as(LogicalTypeAnnotation.stringType()).named(name);
  }

  private static void optionalReal(Types.MessageTypeBuilder schema, String name) {
    schema.optional(PrimitiveTypeName.DOUBLE).named(name);
  }
}
