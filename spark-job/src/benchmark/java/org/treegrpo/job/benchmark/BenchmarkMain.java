package org.treegrpo.job.benchmark;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.treegrpo.core.tensor.TorchRuntime;

/** Measures the rows that are asked for, or all, and prints them as a Markdown table. */
public final class BenchmarkMain {

  private static final String HEAD =
      """
      | what | bar | measured: median (min–max) | | times |
      |---|---|---|---|---|""";

  private BenchmarkMain() {}

  /**
   * Measures.
   *
   * @param args the checkout; {@code --short} for fewer repetitions; names of rows
   */
  public static void main(String[] args) throws Exception {
    Map<String, Row> rows = rows();
    List<String> chosen = new ArrayList<>(List.of(args).subList(1, args.length));
    boolean shortened = chosen.remove("--short");
    for (String name : chosen) {
      if (!rows.containsKey(name)) {
        System.err.printf(
            "benchmark: there is no row '%s'; the rows are %s%n",
            name, String.join(", ", rows.keySet()));
        System.exit(2);
      }
    }
    Path scratch = Files.createTempDirectory("treegrpo-benchmark");
    try {
      Bench bench = new Bench(Path.of(args[0]), scratch, shortened ? 1 : 3, shortened ? 1 : 4);
      print(bench, chosen.isEmpty() ? rows : only(rows, chosen));
    } finally {
      delete(scratch);
    }
  }

  private static Map<String, Row> rows() {
    Map<String, Row> rows = new LinkedHashMap<>();
    rows.put("share", new ModelShareRow());
    rows.put("depth", new GrowingRow());
    rows.put("parent", new LearningRow());
    rows.put("flat", new FlatGroupRow());
    rows.put("methods", new MethodsRow());
    rows.put("raw", new RawTorchRow());
    rows.put("overhead", new OverheadRow());
    rows.put("executors", new ExecutorsRow());
    rows.put("vectors", new VectorsRow());
    rows.put("scaling", new ScalingRow());
    rows.put("simulation", new SimulationRow());
    rows.put("waiting", new WaitingRewardRow());
    rows.put("whole", new WholeRunRow());
    rows.put("loop", new PyTorchLoopRow());
    return rows;
  }

  private static Map<String, Row> only(Map<String, Row> rows, List<String> chosen) {
    Map<String, Row> some = new LinkedHashMap<>(rows);
    some.keySet().retainAll(chosen);
    return some;
  }

  private static void print(Bench bench, Map<String, Row> rows) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    out.printf(
        Locale.ROOT,
        "%d processors, %.1f GFLOP/s of one thread (matrix product of 512 x 512, float32)%n%n",
        Runtime.getRuntime().availableProcessors(),
        gigaflops());
    out.println(HEAD);
    for (Row row : rows.values()) {
      for (Finding finding : row.measure(bench)) {
        out.println(finding.markdown());
      }
    }
  }

  /** How fast this machine is: the speed of libtorch's matrix product. */
  private static double gigaflops() {
    int side = 512;
    try (NDManager manager = TorchRuntime.newManager(Device.cpu());
        NDArray matrix = manager.ones(new Shape(side, side))) {
      double best = 0;
      for (int i = 0; i < 50; i++) {
        double seconds = Comparison.time(() -> matrix.matMul(matrix).close());
        best = Math.max(best, 2.0 * side * side * side / seconds * 1e-9);
      }
      return best;
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
