package org.treegrpo.reward.arrow;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.arrow.vector.util.ValueVectorUtility;

/**
 * A {@link RewardBatch} as an Arrow IPC stream of one record batch, and back. The same batch always
 * gives the same bytes.
 */
public final class RewardBatchCodec {

  private RewardBatchCodec() {}

  /** The bytes of an Arrow IPC stream with the columns of {@link RewardSchema}. */
  public static byte[] encode(RewardBatch batch) {
    try (BufferAllocator allocator = new RootAllocator()) {
      return encode(batch, allocator);
    }
  }

  /**
   * The batch that {@link #encode(RewardBatch)} wrote; a null score becomes NaN.
   *
   * @throws RewardFormatException when the bytes are damaged or of another schema
   */
  public static RewardBatch decode(byte[] bytes) throws RewardFormatException {
    try (BufferAllocator allocator = new RootAllocator()) {
      return decode(bytes, allocator);
    }
  }

  static byte[] encode(RewardBatch batch, BufferAllocator allocator) {
    try (VectorSchemaRoot root = VectorSchemaRoot.create(RewardSchema.of(batch), allocator);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ArrowStreamWriter writer = new ArrowStreamWriter(root, null, bytes)) {
      fill(root, batch);
      writer.writeBatch();
      writer.end();
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException("reward batch: writing to memory failed", e);
    }
  }

  static RewardBatch decode(byte[] bytes, BufferAllocator allocator) throws RewardFormatException {
    try {
      List<StreamMessage> messages = StreamMessage.split(bytes);
      if (messages.size() != 2
          || messages.get(0).metadata().headerType() != MessageHeader.Schema
          || messages.get(1).metadata().headerType() != MessageHeader.RecordBatch) {
        throw new RewardFormatException(
            "reward batch: the stream has %d messages; needs a schema and exactly one record batch"
                .formatted(messages.size()));
      }
      Schema schema = MessageSerializer.deserializeSchema(messages.get(0).metadata());
      return read(schema, messages.get(1), allocator);
    } catch (RewardFormatException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // Arrow answers damaged bytes with whatever unchecked exception it runs into.
      throw new RewardFormatException(
          "reward batch: %d bytes are no readable Arrow IPC stream: %s"
              .formatted(bytes.length, e.getMessage()),
          e);
    }
  }

  private static void fill(VectorSchemaRoot root, RewardBatch batch) {
    IntVector round = (IntVector) root.getVector(RewardSchema.ROUND);
    IntVector share = (IntVector) root.getVector(RewardSchema.SHARE);
    IntVector attempt = (IntVector) root.getVector(RewardSchema.ATTEMPT);
    VarCharVector promptId = (VarCharVector) root.getVector(RewardSchema.PROMPT_ID);
    IntVector tree = (IntVector) root.getVector(RewardSchema.TREE);
    VarCharVector path = (VarCharVector) root.getVector(RewardSchema.PATH);
    List<Float4Vector> scores = scoreVectors(root, batch.rewardNames());
    for (int i = 0; i < batch.rows().size(); i++) {
      RewardRow row = batch.rows().get(i);
      round.setSafe(i, batch.round());
      share.setSafe(i, batch.share());
      attempt.setSafe(i, batch.attempt());
      promptId.setSafe(i, row.promptId().getBytes(StandardCharsets.UTF_8));
      tree.setSafe(i, row.tree());
      path.setSafe(i, row.path().getBytes(StandardCharsets.UTF_8));
      for (int reward = 0; reward < scores.size(); reward++) {
        float score = row.scores()[reward];
        if (Float.isNaN(score)) {
          scores.get(reward).setNull(i);
        } else {
          scores.get(reward).setSafe(i, score);
        }
      }
    }
    root.setRowCount(batch.rows().size());
  }

  private static RewardBatch read(Schema schema, StreamMessage message, BufferAllocator allocator)
      throws IOException {
    List<String> names = RewardSchema.rewardNames(schema);
    int round = RewardSchema.key(schema, RewardSchema.ROUND);
    int share = RewardSchema.key(schema, RewardSchema.SHARE);
    int attempt = RewardSchema.key(schema, RewardSchema.ATTEMPT);
    ArrowBuf body = message.copyBody(allocator);
    try (VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator)) {
      try (ArrowRecordBatch batch =
          MessageSerializer.deserializeRecordBatch(message.metadata(), body)) {
        requireRows(batch, message.body().remaining());
        new VectorLoader(root).load(batch);
      }
      ValueVectorUtility.validateFull(root);
      requireConstant(root, RewardSchema.ROUND, round);
      requireConstant(root, RewardSchema.SHARE, share);
      requireConstant(root, RewardSchema.ATTEMPT, attempt);
      return new RewardBatch(
          round, share, attempt, names, rows(root, names), RewardSchema.versions(schema));
    } finally {
      // Nothing is left here but what Arrow lost track of when the metadata was damaged.
      if (body.refCnt() > 0) {
        body.getReferenceManager().release(body.refCnt());
      }
    }
  }

  private static List<RewardRow> rows(VectorSchemaRoot root, List<String> names) {
    VarCharVector promptId = (VarCharVector) root.getVector(RewardSchema.PROMPT_ID);
    IntVector tree = (IntVector) root.getVector(RewardSchema.TREE);
    VarCharVector path = (VarCharVector) root.getVector(RewardSchema.PATH);
    List<Float4Vector> vectors = scoreVectors(root, names);
    List<RewardRow> rows = new ArrayList<>(root.getRowCount());
    for (int i = 0; i < root.getRowCount(); i++) {
      float[] scores = new float[vectors.size()];
      for (int reward = 0; reward < scores.length; reward++) {
        Float4Vector vector = vectors.get(reward);
        scores[reward] = vector.isNull(i) ? Float.NaN : vector.get(i);
      }
      rows.add(new RewardRow(text(promptId, i), tree.get(i), text(path, i), scores));
    }
    return rows;
  }

  private static List<Float4Vector> scoreVectors(VectorSchemaRoot root, List<String> names) {
    return names.stream()
        .map(name -> (Float4Vector) root.getVector(RewardSchema.column(name)))
        .toList();
  }

  private static String text(VarCharVector vector, int row) {
    return new String(vector.get(row), StandardCharsets.UTF_8);
  }

  /** Arrow makes room for as many rows as the metadata says before it looks at the buffers. */
  private static void requireRows(ArrowRecordBatch batch, int bodyBytes)
      throws RewardFormatException {
    long rows = batch.getLength();
    boolean sameInEveryColumn =
        batch.getNodes().stream().allMatch(node -> node.getLength() == rows);
    if (rows < 0 || rows > bodyBytes / Integer.BYTES || !sameInEveryColumn) {
      throw new RewardFormatException(
          "reward batch: %d rows do not fit the columns %s in %d bytes; damaged"
              .formatted(rows, batch.getNodes(), bodyBytes));
    }
  }

  private static void requireConstant(VectorSchemaRoot root, String column, int expected)
      throws RewardFormatException {
    IntVector vector = (IntVector) root.getVector(column);
    for (int row = 0; row < root.getRowCount(); row++) {
      if (vector.get(row) != expected) {
        throw new RewardFormatException(
            "reward batch: column %s is %d in row %d, the stream's metadata says %d"
                .formatted(column, vector.get(row), row, expected));
      }
    }
  }
}
