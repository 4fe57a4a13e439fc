package org.treegrpo.core.tree;

import java.util.ArrayList;
import java.util.List;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.policy.Denoiser;
import org.treegrpo.core.policy.Forward;

/**
 * A closed-form denoiser for tests: every output element is the same function of its own latent
 * element, the model time, the first conditioning value and a few parameters. Counts its
 * evaluations and keeps the batches that it was asked to predict.
 */
public final class PointwiseDenoiser implements Denoiser {

  /** The function, its derivatives by each parameter, and how many there are. */
  public interface Response {
    double value(double[] theta, double x, double time, double condition);

    double slope(double[] theta, int parameter, double x, double time, double condition);
  }

  /** One call of {@link #predict}. */
  public record Call(float timestep, float[] latents, List<Conditioning> conditioning) {}

  /** theta_0 tanh(theta_1 x + condition) + theta_2 time / 1000. */
  public static final Response TANH =
      new Response() {
        @Override
        public double value(double[] theta, double x, double time, double condition) {
          return theta[0] * Math.tanh(theta[1] * x + condition) + theta[2] * time / 1000;
        }

        @Override
        public double slope(
            double[] theta, int parameter, double x, double time, double condition) {
          double tanh = Math.tanh(theta[1] * x + condition);
          return switch (parameter) {
            case 0 -> tanh;
            case 1 -> theta[0] * (1 - tanh * tanh) * x;
            default -> time / 1000;
          };
        }
      };

  private final int elements;
  private final Response response;
  private final double[] theta;
  private final double[] gradient;
  private final List<Call> calls = new ArrayList<>();
  private long predicted;
  private long trained;

  public PointwiseDenoiser(int elements, Response response, double... theta) {
    this.elements = elements;
    this.response = response;
    this.theta = theta.clone();
    this.gradient = new double[theta.length];
  }

  /** A tanh denoiser with fixed parameters. */
  public static PointwiseDenoiser tanh(int elements) {
    return new PointwiseDenoiser(elements, TANH, 0.8, -0.6, 0.3);
  }

  public double[] theta() {
    return theta;
  }

  /** The gradient accumulated so far. */
  public double[] gradient() {
    return gradient;
  }

  public List<Call> calls() {
    return calls;
  }

  @Override
  public int elements() {
    return elements;
  }

  @Override
  public void predict(
      float[] latents, float timestep, List<Conditioning> conditioning, float[] output) {
    calls.add(new Call(timestep, latents.clone(), List.copyOf(conditioning)));
    forward(latents, timestep, conditioning, output);
    predicted += conditioning.size();
  }

  @Override
  public Forward forward(float[] latents, float timestep, List<Conditioning> conditioning) {
    float[] states = latents.clone();
    float[] outputs = new float[latents.length];
    forward(states, timestep, conditioning, outputs);
    trained += conditioning.size();
    return new Forward() {
      @Override
      public void output(float[] output) {
        System.arraycopy(outputs, 0, output, 0, output.length);
      }

      @Override
      public void backward(float[] cotangent) {
        for (int i = 0; i < states.length; i++) {
          for (int p = 0; p < theta.length; p++) {
            gradient[p] +=
                cotangent[i]
                    * response.slope(
                        theta, p, states[i], timestep, condition(conditioning, i / elements));
          }
        }
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public Evaluations evaluations() {
    return new Evaluations(predicted, trained, trained);
  }

  private void forward(
      float[] latents, float timestep, List<Conditioning> conditioning, float[] output) {
    if (latents.length != conditioning.size() * elements || output.length != latents.length) {
      throw new IllegalArgumentException("a batch must have exactly B * D elements");
    }
    for (int i = 0; i < latents.length; i++) {
      output[i] =
          (float)
              response.value(theta, latents[i], timestep, condition(conditioning, i / elements));
    }
  }

  private static double condition(List<Conditioning> conditioning, int row) {
    return conditioning.get(row).tensors().get(0)[0];
  }
}
