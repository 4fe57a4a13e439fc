package org.treegrpo.job.audit;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;

/** The rows of a Parquet file, as tests read the audit back. */
public final class ParquetRows {

  private ParquetRows() {}

  /** All rows of a local file, in order. */
  public static List<Group> read(Path file) throws IOException {
    List<Group> rows = new ArrayList<>();
    try (ParquetReader<Group> reader =
        ParquetReader.builder(new GroupReadSupport(), new org.apache.hadoop.fs.Path(file.toUri()))
            .build()) {
      for (Group row = reader.read(); row != null; row = reader.read()) {
        rows.add(row);
      }
    }
    return rows;
  }

  /** A real number; NaN where the column is null. */
  public static double real(Group row, String column) {
    return row.getFieldRepetitionCount(column) == 0 ? Double.NaN : row.getDouble(column, 0);
  }
}
