/** Whether a candidate may take the place of the promoted version: rules over held-out prompts. */
package org.treegrpo.job.gate;
