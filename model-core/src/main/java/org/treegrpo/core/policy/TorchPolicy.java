package org.treegrpo.core.policy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtSymbolBlock;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
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
  private final Optional<Segments> segments;
  private final ResidentConditionings conditionings;
  private final long[] latentShape;
  private long installs;

  /**
   * @throws NetworkException if the archive cannot be read, or a parameter to train is not float32
   */
  TorchPolicy(PolicySpec spec, Path archive, NetworkOptions options) {
    this(spec, archive, new float[0], options);
  }

  /**
   * @param weights of all parameters, trained or not, in the place of those in the archive; none to
   *     keep them
   */
  TorchPolicy(PolicySpec spec, Path archive, float[] weights, NetworkOptions options) {
    this.spec = spec;
    this.manager = TorchRuntime.newManager(options.device());
    try {
      this.block = NetworkFile.load(manager, archive);
      List<ArchiveHeader.Parameter> all = NetworkFile.parameters(archive);
      if (weights.length > 0) {
        WeightStream stream = WeightStream.of(weights);
        ParameterTensor.of(block, manager, all)
            .forEach(parameter -> parameter.overwrite(stream::next));
      }
      TrainableParameters.Selection selection = options.trainable().of(all);
      List<ArchiveHeader.Parameter> trained = selection.trained();
      this.parameters = tensors(archive, trained);
      this.layout = ParameterLayout.of(trained);
      this.frozen = NetworkFile.share(archive, manager, block, selection.frozen());
      this.segments =
          options.checkpointing() == Checkpointing.OFF
              ? Optional.empty()
              : Optional.of(new Segments(spec.file(), block, manager, spec.segments()));
      this.conditionings =
          new ResidentConditionings(spec.conditioning(), manager, options.residentPrompts());
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
  public void install(WeightStream weights) {
    TorchRuntime.configureThread();
    installs++;
    parameters.forEach(parameter -> parameter.overwrite(weights::next));
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
      NDArray prediction = NetworkFile.forward(spec.file(), block, inputs(scope, batch));
      TorchRuntime.download(checked(prediction, batch), output, 0);
    }
  }

  @Override
  public Forward forward(PolicyBatch batch) {
    TorchRuntime.configureThread();
    NDManager scope = manager.newSubManager();
    try {
      NDList inputs = inputs(scope, batch);
      if (segments.isPresent()) {
        Segments.Pass pass = segments.get().forward(inputs);
        return new TorchForward(checked(pass.prediction(), batch), pass::backward);
      }
      NDArray prediction = withGradient(inputs);
      return new TorchForward(
          checked(prediction, batch),
          cotangent -> NetworkFile.backward(spec.file(), () -> prediction, cotangent));
    } catch (RuntimeException e) {
      scope.close();
      throw e;
    }
  }

  private NDArray withGradient(NDList inputs) {
    TorchRuntime.beginGradient();
    try {
      return NetworkFile.forward(spec.file(), block, inputs);
    } finally {
      TorchRuntime.endGradient();
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

  /** What one forward pass keeps, in a manager of its own, that of the prediction. */
  private final class TorchForward implements Forward {

    private final NDArray prediction;
    private final Consumer<NDArray> backward;
    private final long opened = installs;
    private boolean wentBack;

    TorchForward(NDArray prediction, Consumer<NDArray> backward) {
      this.prediction = prediction;
      this.backward = backward;
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
      backward.accept(
          TorchRuntime.upload(prediction.getManager(), cotangent, 0, prediction.getShape()));
    }

    @Override
    public void close() {
      prediction.getManager().close();
    }
  }

  private NDList inputs(NDManager scope, PolicyBatch batch) {
    int rows = batch.rows();
    Shape shape = latentShape(rows);
    if (batch.latents().length != shape.size()) {
      throw new IllegalArgumentException(
          "latents: %d elements for %d rows of %s"
              .formatted(batch.latents().length, rows, spec.latentShape()));
    }
    return NetworkFile.withinMemory(
        spec.file(),
        "the upload of a batch",
        () -> {
          NDList inputs = new NDList();
          inputs.add(TorchRuntime.upload(scope, batch.latents(), 0, shape));
          inputs.add(TorchRuntime.upload(scope, batch.timesteps(), 0, new Shape(rows)));
          inputs.addAll(conditionings.of(scope, batch.conditioning()));
          return inputs;
        });
  }

  private NDArray checked(NDArray prediction, PolicyBatch batch) {
    Shape shape = latentShape(batch.rows());
    if (!prediction.getShape().equals(shape)) {
      throw new NetworkException(
          spec.file(),
          "forward must return the shape of the latent, %s; found %s"
              .formatted(shape, prediction.getShape()));
    }
    return prediction;
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
