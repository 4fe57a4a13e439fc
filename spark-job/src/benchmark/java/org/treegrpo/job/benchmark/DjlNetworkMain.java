package org.treegrpo.job.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.policy.Forward;
import org.treegrpo.core.policy.NetworkOptions;
import org.treegrpo.core.policy.ParameterLayout;
import org.treegrpo.core.policy.Policies;
import org.treegrpo.core.policy.Policy;
import org.treegrpo.core.policy.PolicyBatch;
import org.treegrpo.core.policy.PolicyDirectory;
import org.treegrpo.core.policy.PolicySpec;

/** A process with the network as the product runs it. */
final class DjlNetworkMain implements TorchNetwork {

  private final Policy policy;

  private DjlNetworkMain(Policy policy) {
    this.policy = policy;
  }

  /**
   * Serves a policy directory.
   *
   * @param args the directory
   */
  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[0]);
    PolicySpec spec = PolicyDirectory.read(directory);
    Policy policy = Policies.open(spec, directory, NetworkOptions.CPU);
    new NetworkWorker(new DjlNetworkMain(policy), spec).serve(System.out);
  }

  @Override
  public float[] predict(NetworkInput input) {
    float[] output = new float[input.latents().length];
    policy.predict(batch(input), output);
    return output;
  }

  @Override
  public float[] train(NetworkInput input) {
    float[] result = new float[input.latents().length];
    try (Forward forward = policy.forward(batch(input))) {
      forward.output(result);
      forward.backward(result);
    }
    return result;
  }

  @Override
  public float[] drainGradient() {
    float[] flat = new float[policy.parameters().size()];
    policy.drainGradient(flat);
    float[] byName = new float[flat.length];
    int next = 0;
    for (ParameterLayout.Entry entry :
        policy.parameters().entries().stream()
            .sorted(Comparator.comparing(ParameterLayout.Entry::name))
            .toList()) {
      System.arraycopy(flat, entry.offset(), byName, next, entry.length());
      next += entry.length();
    }
    return byName;
  }

  @Override
  public void close() {
    policy.close();
  }

  private static PolicyBatch batch(NetworkInput input) {
    int letters = input.characters().length / input.rows();
    List<Conditioning> conditioning =
        IntStream.range(0, input.rows())
            .mapToObj(
                row -> Arrays.copyOfRange(input.characters(), row * letters, (row + 1) * letters))
            .map(tokens -> new Conditioning(List.of(tokens)))
            .toList();
    return new PolicyBatch(input.rows(), input.latents(), input.timesteps(), conditioning);
  }
}
