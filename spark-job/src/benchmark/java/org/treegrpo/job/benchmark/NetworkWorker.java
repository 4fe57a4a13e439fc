package org.treegrpo.job.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.treegrpo.core.policy.PolicySpec;

/**
 * The loop of a process that runs one network, because two libtorch cannot share a process. Reads
 * commands from standard input and answers each with a line:
 *
 * <pre>
 * predict ROWS PASSES   seconds of one forward
 * train ROWS PASSES     seconds of one forward and backward
 * write ROWS FILE       writes output and gradient as float32
 * </pre>
 */
final class NetworkWorker {

  private final TorchNetwork network;
  private final PolicySpec spec;

  NetworkWorker(TorchNetwork network, PolicySpec spec) {
    this.network = network;
    this.spec = spec;
  }

  /** Serves until standard input ends. */
  void serve(PrintStream answers) throws IOException {
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    answers.println("ready");
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      String[] words = line.split(" ", 3);
      NetworkInput input = input(Integer.parseInt(words[1]));
      switch (words[0]) {
        case "predict" ->
            answers.println(time(Integer.parseInt(words[2]), () -> network.predict(input)));
        case "train" -> {
          answers.println(time(Integer.parseInt(words[2]), () -> network.train(input)));
          network.drainGradient();
        }
        case "write" -> {
          write(input, Path.of(words[2]));
          answers.println("written");
        }
        default -> throw new IllegalArgumentException("command: " + line);
      }
    }
    network.close();
  }

  private NetworkInput input(int rows) {
    return NetworkInput.random(
        rows,
        spec.latentShape().elements(),
        spec.conditioning().get(0).elements(),
        spec.network().orElseThrow().alphabet().length());
  }

  private static double time(int passes, Runnable pass) {
    double seconds =
        Comparison.time(
            () -> {
              for (int i = 0; i < passes; i++) {
                pass.run();
              }
            });
    return seconds / passes;
  }

  private void write(NetworkInput input, Path file) throws IOException {
    network.drainGradient();
    float[] output = network.train(input);
    float[] gradient = network.drainGradient();
    if (!Arrays.equals(output, network.predict(input))) {
      throw new IllegalStateException("the forward differs with and without gradients");
    }
    ByteBuffer bytes =
        ByteBuffer.allocate((output.length + gradient.length) * Float.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(output).put(gradient);
    Files.write(file, bytes.array());
  }
}
