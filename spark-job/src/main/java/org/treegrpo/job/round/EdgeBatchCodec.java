package org.treegrpo.job.round;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/** The log-probs of a share's edges as an Arrow IPC stream of one record batch, and back. */
public final class EdgeBatchCodec {

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
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (BufferAllocator allocator = new RootAllocator();
        VectorSchemaRoot root = VectorSchemaRoot.create(SCHEMA, allocator);
        ArrowStreamWriter writer = new ArrowStreamWriter(root, null, Channels.newChannel(out))) {
      Float8Vector vector = (Float8Vector) root.getVector(LOG_PROB);
      for (int i = 0; i < logProbs.length; i++) {
        vector.setSafe(i, logProbs[i]);
      }
      root.setRowCount(logProbs.length);
      writer.start();
      writer.writeBatch();
      writer.end();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return out.toByteArray();
  }

  /**
   * @throws IOException if the bytes are not an edge batch
   */
  public static double[] decode(byte[] bytes) throws IOException {
    try (BufferAllocator allocator = new RootAllocator();
        ArrowStreamReader reader =
            new ArrowStreamReader(new ByteArrayInputStream(bytes), allocator)) {
      VectorSchemaRoot root = reader.getVectorSchemaRoot();
      if (!root.getSchema().equals(SCHEMA)) {
        throw new IOException("edge batch: schema is %s".formatted(root.getSchema()));
      }
      reader.loadNextBatch();
      Float8Vector vector = (Float8Vector) root.getVector(LOG_PROB);
      double[] logProbs = new double[root.getRowCount()];
      for (int i = 0; i < logProbs.length; i++) {
        logProbs[i] = vector.get(i);
      }
      return logProbs;
    }
  }
}
