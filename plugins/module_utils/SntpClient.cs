// Copyright (c) 2026 adops.offline_join contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

using System;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ansible_collections.adops.offline_join.plugins.module_utils.SntpClient
{
    /// <summary>One time server asked once (RFC 4330), without the Windows Time service.</summary>
    public sealed class Answer
    {
        private const int Size = 48;
        private const byte ClientVersion3 = 0x1b;
        private const int ModeServer = 4;
        private const int Tries = 3;
        private const int ERROR_INVALID_DATA = 13;
        // from 1601 to 1900, and from there to 2036, when the 32 bits of seconds start again
        private const long SecondsTo1900 = 9435484800;
        private const long SecondsOfEra = 4294967296;

        /// <summary>0, the Windows Sockets code of what failed, or 13 where the answer is none.</summary>
        public int Status { get; private set; }
        /// <summary>Server minus host in 100 ns: positive where the host is behind. 0 unless Status is 0.</summary>
        public long Offset { get; private set; }
        /// <summary>In 100 ns, without the time that the server took. 0 unless Status is 0.</summary>
        public long RoundTrip { get; private set; }

        /// <summary>Ask up to three times, as datagrams get lost; wait each time for so many milliseconds.</summary>
        public static Answer Ask(string address, int port, int timeout)
        {
            Answer answer = new Answer();
            for (int i = 0; i < Tries; i++)
            {
                try
                {
                    answer.Exchange(IPAddress.Parse(address), port, timeout);
                    return answer;
                }
                catch (SocketException error)
                {
                    answer.Status = error.ErrorCode;
                }
            }
            return answer;
        }

        private void Exchange(IPAddress address, int port, int timeout)
        {
            using (Socket socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp))
            {
                socket.Connect(new IPEndPoint(address, port));
                byte[] request = new byte[Size];
                request[0] = ClientVersion3;
                // first: what passes between the two makes the round trip longer, never the offset better than it
                Stopwatch elapsed = Stopwatch.StartNew();
                long sent = DateTime.UtcNow.ToFileTimeUtc();
                Put(request, 40, sent);
                socket.Send(request);
                if (!socket.Poll(timeout * 1000, SelectMode.SelectRead))
                    throw new SocketException((int)SocketError.TimedOut);
                byte[] answer = new byte[512];
                int length = socket.Receive(answer);
                long arrived = sent + elapsed.Elapsed.Ticks;
                Judge(request, answer, length, sent, arrived);
            }
        }

        private void Judge(byte[] request, byte[] answer, int length, long sent, long arrived)
        {
            bool ours = length >= Size && (answer[0] & 7) == ModeServer;
            for (int i = 0; i < 8; i++)
                ours = ours && answer[24 + i] == request[40 + i];
            long received = Get(answer, 32);
            long returned = Get(answer, 40);
            if (!ours || returned == 0)
            {
                Status = ERROR_INVALID_DATA;
                return;
            }
            Status = 0;
            Offset = ((received - sent) + (returned - arrived)) / 2;
            RoundTrip = (arrived - sent) - (returned - received);
        }

        private static void Put(byte[] message, int start, long fileTime)
        {
            ulong seconds = (ulong)(fileTime / TimeSpan.TicksPerSecond - SecondsTo1900);
            ulong fraction = ((ulong)(fileTime % TimeSpan.TicksPerSecond) << 32) / TimeSpan.TicksPerSecond;
            for (int i = 0; i < 4; i++)
            {
                message[start + i] = (byte)(seconds >> (24 - 8 * i));
                message[start + 4 + i] = (byte)(fraction >> (24 - 8 * i));
            }
        }

        /// <summary>A time as FILETIME; 0 where none is given.</summary>
        private static long Get(byte[] message, int start)
        {
            ulong stamp = 0;
            for (int i = 0; i < 8; i++)
                stamp = stamp << 8 | message[start + i];
            if (stamp == 0)
                return 0;
            long seconds = (long)(stamp >> 32);
            if ((seconds & 0x80000000) == 0)
                seconds += SecondsOfEra;
            long fraction = (long)(((stamp & 0xffffffff) * TimeSpan.TicksPerSecond) >> 32);
            return (seconds + SecondsTo1900) * TimeSpan.TicksPerSecond + fraction;
        }
    }
}
