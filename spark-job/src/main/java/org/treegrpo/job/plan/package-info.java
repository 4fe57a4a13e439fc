/** What a run would do, worked out before it does it. */
package org.treegrpo.job.plan;
