package org.treegrpo.reward.arrow;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * A {@link RewardBatch} as an Arrow IPC stream of one record batch, and back. The same batch always
 * gives the same bytes.
 */
public final class RewardBatchCodec {

  static final RecordBatchStream STREAM = new RecordBatchStream("reward batch");

  private RewardBatchCodec() {}

  /** The bytes of an Arrow IPC stream with the columns of {@link RewardSchema}. */
  public static byte[] encode(RewardBatch batch) {
    return STREAM.encode(RewardSchema.of(batch), root -> fill(root, batch));
  }

  /**
   * The batch that {@link #encode(RewardBatch)} wrote; a null score becomes NaN.
   *
   * @throws ArrowFormatException when the bytes are damaged or of another schema
   */
  public static RewardBatch decode(byte[] bytes) throws ArrowFormatException {
    return STREAM.decode(bytes, RewardSchema::rewardNames, RewardBatchCodec::read);
  }

  private static void fill(VectorSchemaRoot root, RewardBatch batch) {
    IntVector round = (IntVector) root.getVector(RewardSchema.ROUND);
    IntVector share = (IntVector) root.getVector(RewardSchema.SHARE);
    IntVector attempt = (IntVector) root.getVector(RewardSchema.ATTEMPT);
    IntVector leaf = (IntVector) root.getVector(RewardSchema.LEAF);
    List<Float4Vector> scores = scoreVectors(root, batch.rewardNames());
    for (int i = 0; i < batch.rows().size(); i++) {
      RewardRow row = batch.rows().get(i);
      round.setSafe(i, batch.round());
      share.setSafe(i, batch.share());
      attempt.setSafe(i, batch.attempt());
      leaf.setSafe(i, row.leaf());
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

  private static RewardBatch read(VectorSchemaRoot root) throws ArrowFormatException {
    Schema schema = root.getSchema();
    List<String> names = RewardSchema.rewardNames(schema);
    return new RewardBatch(
        constant(root, RewardSchema.ROUND),
        constant(root, RewardSchema.SHARE),
        constant(root, RewardSchema.ATTEMPT),
        names,
        rows(root, names),
        RewardSchema.versions(schema));
  }

  private static List<RewardRow> rows(VectorSchemaRoot root, List<String> names) {
    IntVector leaf = (IntVector) root.getVector(RewardSchema.LEAF);
    List<Float4Vector> vectors = scoreVectors(root, names);
    List<RewardRow> rows = new ArrayList<>(root.getRowCount());
    for (int i = 0; i < root.getRowCount(); i++) {
      float[] scores = new float[vectors.size()];
      for (int reward = 0; reward < scores.length; reward++) {
        Float4Vector vector = vectors.get(reward);
        scores[reward] = vector.isNull(i) ? Float.NaN : vector.get(i);
      }
      rows.add(new RewardRow(leaf.get(i), scores));
    }
    return rows;
  }

  private static List<Float4Vector> scoreVectors(VectorSchemaRoot root, List<String> names) {
    return names.stream()
        .map(name -> (Float4Vector) root.getVector(RewardSchema.column(name)))
        .toList();
  }

  /** A part of the batch's key, from the schema's metadata; every row has it too. */
  private static int constant(VectorSchemaRoot root, String column) throws ArrowFormatException {
    int expected = RewardSchema.key(root.getSchema(), column);
    IntVector vector = (IntVector) root.getVector(column);
    for (int row = 0; row < root.getRowCount(); row++) {
      if (vector.get(row) != expected) {
        throw new ArrowFormatException(
            "reward batch: column %s is %d in row %d, the stream's metadata says %d"
                .formatted(column, vector.get(row), row, expected));
      }
    }
    return expected;
  }
}
