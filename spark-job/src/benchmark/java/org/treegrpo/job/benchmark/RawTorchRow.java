package org.treegrpo.job.benchmark;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.treegrpo.core.policy.NetworkArchive;
import org.treegrpo.core.policy.PolicyDirectory;

/**
 * The built-in network as the product runs it against the same network in libtorch through JavaCPP:
 * the same TorchScript file, and written op by op.
 */
final class RawTorchRow implements Row {

  private static final String RAW = "org.treegrpo.job.benchmark.RawNetworkMain";
  private static final double SAME_VALUES = 1e-4;
  private static final double SECONDS_A_MEASUREMENT = 0.3;

  @Override
  public List<Finding> measure(Bench bench) throws Exception {
    Path archive = bench.scratch().resolve("network.pt");
    NetworkArchive.write(PolicyDirectory.read(bench.policy()), archive);
    String policy = bench.policy().toString();
    List<Finding> findings = new ArrayList<>();
    try (WorkerProcess ours = WorkerProcess.start(DjlNetworkMain.class.getName(), policy);
        WorkerProcess script = WorkerProcess.start(RAW, policy, archive.toString());
        WorkerProcess eager = WorkerProcess.start(RAW, policy)) {
      checkSame(bench, ours, script);
      checkSame(bench, ours, eager);
      for (String pass : List.of("predict", "train")) {
        for (int rows : new int[] {8, 16, 32}) {
          findings.add(compare(bench, pass, rows, ours, script, "the same TorchScript"));
          findings.add(compare(bench, pass, rows, ours, eager, "op by op"));
        }
      }
    }
    return findings;
  }

  private static Finding compare(
      Bench bench, String pass, int rows, WorkerProcess ours, WorkerProcess raw, String how)
      throws Exception {
    String once = pass + " " + rows + " ";
    ask(ours, once + 3);
    double estimate = ask(raw, once + 3);
    String command = once + Math.max(1, (int) (SECONDS_A_MEASUREMENT / estimate));
    Comparison times =
        Comparison.inTurns(
            2 * bench.repetitions() + 1, () -> ask(ours, command), () -> ask(raw, command));
    return Finding.of(
        "%s, batch %d: ours / libtorch by JavaCPP, %s"
            .formatted(pass.equals("predict") ? "Forward" : "Forward and backward", rows, how),
        Bar.atMost(1.10, "%.3f×"),
        times.ratio(),
        String.format(
            Locale.ROOT,
            "%.2f ms / %.2f ms",
            1e3 * times.numerator().median(),
            1e3 * times.denominator().median()));
  }

  private static double ask(WorkerProcess worker, String command) throws IOException {
    return Double.parseDouble(worker.ask(command));
  }

  private static void checkSame(Bench bench, WorkerProcess ours, WorkerProcess raw)
      throws IOException {
    FloatBuffer a = values(bench, ours);
    FloatBuffer b = values(bench, raw);
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < a.capacity(); i++) {
      difference += Math.pow((double) a.get(i) - b.get(i), 2);
      norm += (double) a.get(i) * a.get(i);
    }
    double relative = Math.sqrt(difference / norm);
    if (a.capacity() != b.capacity() || !(relative < SAME_VALUES)) {
      throw new IllegalStateException(
          "outputs and gradients of the two bindings differ by %s of their norm, more than %s"
              .formatted(relative, SAME_VALUES));
    }
  }

  private static FloatBuffer values(Bench bench, WorkerProcess worker) throws IOException {
    Path file = bench.scratch().resolve("values");
    worker.ask("write 8 " + file);
    return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
  }
}
