package org.treegrpo.job.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;
import org.treegrpo.core.io.SafetensorsReader;
import org.treegrpo.core.policy.PolicyDirectory;
import org.treegrpo.core.policy.PolicySpec;

/** A process with the network in libtorch through JavaCPP, nothing of DJL. */
final class RawNetworkMain implements TorchNetwork {

  /** The forward pass of the built-in network. */
  @FunctionalInterface
  interface Forward {
    Tensor apply(Tensor latent, Tensor timestep, Tensor characters);
  }

  private final long[] latentShape;
  private final TreeMap<String, Tensor> parameters;
  private final Forward forward;

  private RawNetworkMain(PolicySpec spec, Map<String, Tensor> parameters, Forward forward) {
    this.latentShape =
        new long[] {
          spec.latentShape().channels(), spec.latentShape().height(), spec.latentShape().width()
        };
    this.parameters = new TreeMap<>(parameters);
    this.forward = forward;
  }

  /**
   * Serves a policy directory.
   *
   * @param args the directory, and the network's TorchScript file; op by op where it is missing
   */
  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[0]);
    PolicySpec spec = PolicyDirectory.read(directory);
    torch.set_num_threads(1);
    TreeMap<String, Tensor> parameters = new TreeMap<>();
    Forward forward;
    if (args.length > 1) {
      ScriptedNetwork network = new ScriptedNetwork(args[1]);
      parameters.putAll(network.parameters());
      forward = network;
    } else {
      forward = new EagerNetwork(spec, parameters);
    }
    try (SafetensorsReader weights = SafetensorsReader.open(directory.resolve(spec.file()))) {
      install(weights, parameters);
    }
    new NetworkWorker(new RawNetworkMain(spec, parameters, forward), spec).serve(System.out);
  }

  /** Overwrites the parameters that are there; makes the others. */
  private static void install(SafetensorsReader weights, Map<String, Tensor> parameters)
      throws IOException {
    for (var info : weights.tensors()) {
      float[] values = weights.readFloat32(info.name());
      Tensor parameter =
          parameters.computeIfAbsent(
              info.name(), name -> torch.zeros(info.shape()).requires_grad_(true));
      new FloatPointer(parameter.data_ptr_float()).put(values);
    }
  }

  @Override
  public float[] predict(NetworkInput input) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode mode = new AutoGradMode(false)) {
      float[] output = new float[input.latents().length];
      forward(input).data_ptr_float().get(output);
      return output;
    }
  }

  @Override
  public float[] train(NetworkInput input) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode mode = new AutoGradMode(true)) {
      Tensor prediction = forward(input);
      float[] output = new float[input.latents().length];
      prediction.data_ptr_float().get(output);
      float[] seed = output.clone();
      prediction.backward(
          upload(seed, shape(input.rows())),
          new BoolOptional(),
          false,
          new TensorArrayRefOptional());
      return output;
    }
  }

  @Override
  public float[] drainGradient() {
    try (PointerScope scope = new PointerScope()) {
      int size = 0;
      for (Tensor parameter : parameters.values()) {
        size += (int) parameter.numel();
      }
      float[] flat = new float[size];
      int next = 0;
      for (Tensor parameter : parameters.values()) {
        Tensor gradient = parameter.grad();
        int length = (int) parameter.numel();
        if (gradient.defined()) {
          gradient.data_ptr_float().get(flat, next, length);
          gradient.zero_();
        }
        next += length;
      }
      return flat;
    }
  }

  @Override
  public void close() {
    parameters.values().forEach(Tensor::close);
  }

  private Tensor forward(NetworkInput input) {
    int rows = input.rows();
    return forward.apply(
        upload(input.latents(), shape(rows)),
        upload(input.timesteps(), rows),
        upload(input.characters(), rows, input.characters().length / rows));
  }

  private long[] shape(int rows) {
    return new long[] {rows, latentShape[0], latentShape[1], latentShape[2]};
  }

  private static Tensor upload(float[] values, long... shape) {
    Tensor tensor = torch.empty(shape);
    tensor.data_ptr_float().put(values);
    return tensor;
  }
}
