package org.treegrpo.job.round;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.treegrpo.core.topology.NodePath;

/** The edges of a share as an Arrow IPC stream of one record batch, and back. */
public final class EdgeBatchCodec {

  private static final ArrowType INT = new ArrowType.Int(32, true);
  private static final ArrowType DOUBLE =
      new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              Field.notNullable("seed", INT),
              Field.notNullable("path", ArrowType.Utf8.INSTANCE),
              Field.notNullable("step", INT),
              Field.notNullable("log_prob_old", DOUBLE),
              Field.notNullable("log_prob_old_sum", DOUBLE),
              Field.notNullable("noise_std", DOUBLE)));

  private EdgeBatchCodec() {}

  public static byte[] encode(List<EdgeRecord> edges) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (BufferAllocator allocator = new RootAllocator();
        VectorSchemaRoot root = VectorSchemaRoot.create(SCHEMA, allocator);
        ArrowStreamWriter writer = new ArrowStreamWriter(root, null, Channels.newChannel(out))) {
      Columns columns = new Columns(root);
      for (int i = 0; i < edges.size(); i++) {
        columns.set(i, edges.get(i));
      }
      root.setRowCount(edges.size());
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
  public static List<EdgeRecord> decode(byte[] bytes) throws IOException {
    try (BufferAllocator allocator = new RootAllocator();
        ArrowStreamReader reader =
            new ArrowStreamReader(new ByteArrayInputStream(bytes), allocator)) {
      VectorSchemaRoot root = reader.getVectorSchemaRoot();
      if (!root.getSchema().equals(SCHEMA)) {
        throw new IOException("edge batch: schema is %s".formatted(root.getSchema()));
      }
      List<EdgeRecord> edges = new ArrayList<>();
      while (reader.loadNextBatch()) {
        Columns columns = new Columns(root);
        for (int i = 0; i < root.getRowCount(); i++) {
          edges.add(columns.get(i));
        }
      }
      return edges;
    }
  }

  /** Typed access to the vectors of a root. */
  private record Columns(
      IntVector seed,
      VarCharVector path,
      IntVector step,
      Float8Vector logProb,
      Float8Vector logProbSum,
      Float8Vector noiseStd) {

    Columns(VectorSchemaRoot root) {
      this(
          (IntVector) root.getVector("seed"),
          (VarCharVector) root.getVector("path"),
          (IntVector) root.getVector("step"),
          (Float8Vector) root.getVector("log_prob_old"),
          (Float8Vector) root.getVector("log_prob_old_sum"),
          (Float8Vector) root.getVector("noise_std"));
    }

    void set(int row, EdgeRecord edge) {
      seed.setSafe(row, edge.seed());
      path.setSafe(row, edge.path().toString().getBytes(StandardCharsets.UTF_8));
      step.setSafe(row, edge.step());
      logProb.setSafe(row, edge.logProbOld());
      logProbSum.setSafe(row, edge.logProbOldSum());
      noiseStd.setSafe(row, edge.noiseStd());
    }

    EdgeRecord get(int row) {
      NodePath node = NodePath.parse(new String(path.get(row), StandardCharsets.UTF_8));
      return new EdgeRecord(
          seed.get(row),
          node,
          node.depth(),
          step.get(row),
          logProb.get(row),
          logProbSum.get(row),
          noiseStd.get(row));
    }
  }
}
