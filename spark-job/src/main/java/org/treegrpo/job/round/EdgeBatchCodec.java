package org.treegrpo.job.round;

import java.util.List;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.treegrpo.reward.arrow.ArrowFormatException;
import org.treegrpo.reward.arrow.RecordBatchStream;

/**
 * The log-probs of a share's edges as an Arrow IPC stream of one record batch, and back. The row is
 * the index of the edge.
 */
public final class EdgeBatchCodec {

  private static final RecordBatchStream STREAM = new RecordBatchStream("edge batch");
  private static final String LOG_PROB = "log_prob_old";
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              Field.notNullable(
                  LOG_PROB, new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE))));

  private EdgeBatchCodec() {}

  /**
   * @param logProbs in the order of the forest's edges
   */
  public static byte[] encode(double[] logProbs) {
    return STREAM.encode(SCHEMA, root -> fill(root, logProbs));
  }

  /**
   * @throws ArrowFormatException if the bytes are not an edge batch
   */
  public static double[] decode(byte[] bytes) throws ArrowFormatException {
    return STREAM.decode(bytes, EdgeBatchCodec::check, EdgeBatchCodec::read);
  }

  private static void check(Schema schema) throws ArrowFormatException {
    if (!schema.equals(SCHEMA)) {
      throw new ArrowFormatException(
          "edge batch: the columns are %s, expected %s; run the same version everywhere"
              .formatted(schema.getFields(), SCHEMA.getFields()));
    }
  }

  private static void fill(VectorSchemaRoot root, double[] logProbs) {
    Float8Vector vector = (Float8Vector) root.getVector(LOG_PROB);
    for (int i = 0; i < logProbs.length; i++) {
      vector.setSafe(i, logProbs[i]);
    }
    root.setRowCount(logProbs.length);
  }

  private static double[] read(VectorSchemaRoot root) {
    Float8Vector vector = (Float8Vector) root.getVector(LOG_PROB);
    double[] logProbs = new double[root.getRowCount()];
    for (int i = 0; i < logProbs.length; i++) {
      logProbs[i] = vector.get(i);
    }
    return logProbs;
  }
}
