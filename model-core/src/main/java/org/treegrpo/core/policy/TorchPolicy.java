package org.treegrpo.core.policy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtSymbolBlock;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.treegrpo.core.tensor.ArchiveHeader;
import org.treegrpo.core.tensor.FrozenParameters;
import org.treegrpo.core.tensor.ParameterTensor;
import org.treegrpo.core.tensor.TorchRuntime;

/**
 * A {@link Policy} that runs a TorchScript module through DJL: the built-in network and a user's
 * archive alike. Owns a native manager that holds the module and its parameters; every pass runs in
 * a sub-manager that is closed with it.
 */
final class TorchPolicy implements Policy {

  private final PolicySpec spec;
  private final NDManager manager;
  private final PtSymbolBlock block;
  private final List<ParameterTensor> parameters;
  private final ParameterLayout layout;
  private final FrozenParameters frozen;
  private final long[] latentShape;
  private long installs;

  /**
   * @throws NetworkException if the archive cannot be read, or a parameter to train is not float32
   */
  TorchPolicy(PolicySpec spec, Path archive, TrainableParameters trainable, Device device) {
    this(spec, archive, new float[0], trainable, device);
  }

  /**
   * @param weights of all parameters, trained or not, in the place of those in the archive; none to
   *     keep them
   */
  TorchPolicy(
      PolicySpec spec,
      Path archive,
      float[] weights,
      TrainableParameters trainable,
      Device device) {
    this.spec = spec;
    this.manager = TorchRuntime.newManager(device);
    try {
      this.block = NetworkFile.load(manager, archive);
      List<ArchiveHeader.Parameter> all = NetworkFile.parameters(archive);
      if (weights.length > 0) {
        overwrite(ParameterTensor.of(block, manager, all), ParameterLayout.of(all), weights);
      }
      TrainableParameters.Selection selection = trainable.of(all);
      List<ArchiveHeader.Parameter> trained = selection.trained();
      this.parameters = tensors(archive, trained);
      this.layout = ParameterLayout.of(trained);
      this.frozen = NetworkFile.share(archive, manager, block, selection.frozen());
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
    LatentShape latent = spec.latentShape();
    this.latentShape = new long[] {0, latent.channels(), latent.height(), latent.width()};
  }

  private List<ParameterTensor> tensors(Path archive, List<ArchiveHeader.Parameter> trained) {
    try {
      return ParameterTensor.of(block, manager, trained);
    } catch (IllegalArgumentException e) {
      throw new NetworkException(archive, String.valueOf(e.getMessage()));
    }
  }

  @Override
  public PolicySpec spec() {
    return spec;
  }

  @Override
  public ParameterLayout parameters() {
    return layout;
  }

  @Override
  public void install(float[] weights) {
    TorchRuntime.configureThread();
    checkLength(weights);
    installs++;
    overwrite(parameters, layout, weights);
  }

  private static void overwrite(
      List<ParameterTensor> parameters, ParameterLayout layout, float[] weights) {
    for (int i = 0; i < parameters.size(); i++) {
      parameters.get(i).overwrite(weights, layout.entries().get(i).offset());
    }
  }

  @Override
  public void readWeights(float[] weights) {
    TorchRuntime.configureThread();
    checkLength(weights);
    for (int i = 0; i < parameters.size(); i++) {
      parameters.get(i).read(weights, layout.entries().get(i).offset());
    }
  }

  @Override
  public void predict(PolicyBatch batch, float[] output) {
    TorchRuntime.configureThread();
    try (NDManager scope = manager.newSubManager()) {
      TorchRuntime.download(evaluate(scope, batch), output, 0);
    }
  }

  @Override
  public Forward forward(PolicyBatch batch) {
    NDManager scope = manager.newSubManager();
    try {
      TorchRuntime.beginGradient();
      try {
        return new TorchForward(scope, evaluate(scope, batch), installs);
      } finally {
        TorchRuntime.endGradient();
      }
    } catch (RuntimeException e) {
      scope.close();
      throw e;
    }
  }

  @Override
  public void drainGradient(float[] gradient) {
    TorchRuntime.configureThread();
    checkLength(gradient);
    for (int i = 0; i < parameters.size(); i++) {
      parameters.get(i).drainGradient(gradient, layout.entries().get(i).offset());
    }
  }

  @Override
  public void close() {
    frozen.close();
    manager.close();
  }

  /** The graph of one forward pass, in a manager of its own. */
  private final class TorchForward implements Forward {

    private final NDManager scope;
    private final NDArray prediction;
    private final long opened;
    private boolean wentBack;

    /**
     * @param opened number of installs before the pass
     */
    TorchForward(NDManager scope, NDArray prediction, long opened) {
      this.scope = scope;
      this.prediction = prediction;
      this.opened = opened;
    }

    @Override
    public void output(float[] output) {
      TorchRuntime.download(prediction, output, 0);
    }

    @Override
    public void backward(float[] cotangent) {
      if (wentBack) {
        throw new IllegalStateException("a forward pass goes back once");
      }
      if (opened != installs) {
        throw new IllegalStateException(
            "other weights were installed between a forward pass and its backward pass");
      }
      wentBack = true;
      TorchRuntime.backward(
          prediction, TorchRuntime.upload(scope, cotangent, 0, prediction.getShape()));
    }

    @Override
    public void close() {
      scope.close();
    }
  }

  private NDArray evaluate(NDManager scope, PolicyBatch batch) {
    int rows = batch.rows();
    Shape shape = latentShape(rows);
    if (batch.latents().length != shape.size()) {
      throw new IllegalArgumentException(
          "latents: %d elements for %d rows of %s"
              .formatted(batch.latents().length, rows, spec.latentShape()));
    }
    NDList inputs = new NDList();
    inputs.add(TorchRuntime.upload(scope, batch.latents(), 0, shape));
    inputs.add(TorchRuntime.upload(scope, batch.timesteps(), 0, new Shape(rows)));
    for (int i = 0; i < spec.conditioning().size(); i++) {
      inputs.add(conditioning(scope, batch, i));
    }
    NDArray output = NetworkFile.forward(spec.file(), block, inputs);
    if (!output.getShape().equals(shape)) {
      throw new NetworkException(
          spec.file(),
          "forward must return the shape of the latent, %s; found %s"
              .formatted(shape, output.getShape()));
    }
    return output;
  }

  private NDArray conditioning(NDManager scope, PolicyBatch batch, int index) {
    PolicySpec.ConditioningInput input = spec.conditioning().get(index);
    int elements = input.elements();
    float[] values = new float[batch.rows() * elements];
    for (int row = 0; row < batch.rows(); row++) {
      float[] tensor = batch.conditioning().get(row).tensors().get(index);
      if (tensor.length != elements) {
        throw new IllegalArgumentException(
            "conditioning %s: %d elements, expected shape %s"
                .formatted(input.name(), tensor.length, input.shape()));
      }
      System.arraycopy(tensor, 0, values, row * elements, elements);
    }
    long[] dimensions = new long[input.shape().size() + 1];
    dimensions[0] = batch.rows();
    for (int i = 0; i < input.shape().size(); i++) {
      dimensions[i + 1] = input.shape().get(i);
    }
    return TorchRuntime.upload(scope, values, 0, new Shape(dimensions));
  }

  private Shape latentShape(int rows) {
    long[] dimensions = Arrays.copyOf(latentShape, latentShape.length);
    dimensions[0] = rows;
    return new Shape(dimensions);
  }

  private void checkLength(float[] vector) {
    if (vector.length != layout.size()) {
      throw new IllegalArgumentException(
          "a vector of %d elements does not fit the policy's %d parameters"
              .formatted(vector.length, layout.size()));
    }
  }
}
