package org.treegrpo.core.process;

/** How much the squared error of a prediction counts at each noise level. */
public enum LossWeighting {
  /** The same everywhere. */
  UNIFORM {
    @Override
    public double weight(NoiseProcess process, double time) {
      return 1;
    }
  },
  /**
   * min(SNR, 5) of the clean sample's error, whatever is predicted (Hang et al., arXiv 2303.09556):
   * min(SNR, 5) / SNR for epsilon, min(SNR, 5) / (SNR + 1) for v.
   */
  MIN_SNR {
    @Override
    public double weight(NoiseProcess process, double time) {
      return Math.min(snr(process, time), 5) * perClean(process, time);
    }
  },
  /**
   * max(SNR, 1) of the clean sample's error, whatever is predicted (Salimans and Ho, arXiv
   * 2202.00512): max(SNR, 1) / SNR for epsilon, which says little of the sample where the noise is
   * strong.
   */
  TRUNCATED_SNR {
    @Override
    public double weight(NoiseProcess process, double time) {
      return Math.max(snr(process, time), 1) * perClean(process, time);
    }
  };

  /** Factor of the squared error at a time. */
  public abstract double weight(NoiseProcess process, double time);

  private static double snr(NoiseProcess process, double time) {
    double ratio = process.signal(time) / process.noise(time);
    return ratio * ratio;
  }

  /** The clean sample's squared error for one of the output. */
  private static double perClean(NoiseProcess process, double time) {
    double output = process.clean(time).output();
    return output * output;
  }
}
